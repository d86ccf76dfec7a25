#include "tls.hpp"

#include <Poco/Exception.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

#include "ip_address.hpp"
#include "tls_parts.hpp"

namespace coffeeauth::net {
namespace {

using Poco::Net::Context;

/// `host` is what the certificate must be for.
void check_host(SSL_CTX* context, const std::string& host, std::string_view peer) {
  auto* const rules = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const int set = is_ip_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str())
                                      : X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0);
  // OpenSSL takes no name for no check.
  if (set != 1 || host.empty()) {
    throw std::invalid_argument("the host of " + std::string{peer} + " cannot be checked");
  }
}

Context::Ptr make_context(const std::string& host, const std::string& ca_file,
                          std::string_view peer) try {
  Context::Params params;
  params.verificationMode = Context::VERIFY_STRICT;
  params.loadDefaultCAs = ca_file.empty();
  params.caLocation = ca_file;
  params.cipherList = "HIGH:!aNULL:!MD5";
  Context::Ptr context{new Context(Context::TLS_CLIENT_USE, params)};
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  auto* const raw = context->sslContext();
  // Poco's callback asks the process-wide SSLManager, where anybody may have said to ignore errors.
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION);
  check_host(raw, host, peer);
  return context;
} catch (const Poco::Exception&) {
  throw std::invalid_argument("the file of authorities for " + std::string{peer} +
                              " cannot be read");
}

}  // namespace

TlsContext::TlsContext(std::string host, const std::string& ca_file, std::string_view peer)
    : host_(std::move(host)), parts_(new Parts{make_context(host_, ca_file, peer)}) {}

TlsContext::~TlsContext() = default;

}  // namespace coffeeauth::net
