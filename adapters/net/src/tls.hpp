#pragma once
/// TlsContext: what the other side of a TLS connection has to prove.

#include <memory>
#include <string>
#include <string_view>

namespace coffeeauth::net {

/// For connections to one host: TLS 1.2 or later, and the certificate's chain, dates and name are
/// checked in the handshake. The name must be a subject alternative name (RFC 9525); an address
/// must be one of type IP. What the program around says to Poco's SSLManager changes nothing.
///
/// Immutable; channels on any thread may use it at once, and need it in secure() alone.
class TlsContext {
 public:
  /// `host`: a name or an IP address. `ca_file`: a PEM file of the authorities to trust, read here;
  /// empty for the system's. Throws std::invalid_argument when either cannot be used; its text
  /// calls the other side `peer` (`the mail server`) and holds neither.
  TlsContext(std::string host, const std::string& ca_file,
             std::string_view peer = "the other side");
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] const std::string& host() const noexcept { return host_; }

 private:
  friend class Channel;
  struct Parts;

  const std::string host_;
  const std::unique_ptr<const Parts> parts_;
};

}  // namespace coffeeauth::net
