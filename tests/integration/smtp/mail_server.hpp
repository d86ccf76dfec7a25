#pragma once
/// A real mail server: aiosmtpd, which is no code of ours, in a process of its own.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "tests/certificates.hpp"
#include "tests/child.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::smtp::testing {

using namespace coffeeauth::testing;

class MailServer {
 public:
  /// `mechanisms`: those of AUTH that it offers. The login that it wants is secured_options()'s.
  explicit MailServer(SmtpSecurity security,
                      const std::vector<std::string>& mechanisms = {"PLAIN", "LOGIN"});

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Options that it serves.
  [[nodiscard]] SmtpOptions options() const;

  /// The mails it took, in their order, each as mail_server.py writes it.
  [[nodiscard]] std::vector<nlohmann::json> mails() const;
  /// Has the next recipient refused for good.
  void refuse_next(const std::string& reply = {}) const;
  /// Which token XOAUTH2 takes from now on.
  void take_token(const std::string& token) const;
  /// How often a client said something to the challenge that tells what is wrong with its token.
  [[nodiscard]] std::size_t spoke_on() const { return lines_of("spoke_on"); }
  /// How many connections there have been.
  [[nodiscard]] std::size_t connections() const { return lines_of("connections"); }
  /// How often a client took its leave; waits a while for `expected` of them.
  [[nodiscard]] std::size_t quits(std::size_t expected) const;

 private:
  [[nodiscard]] std::size_t lines_of(const std::string& file) const;

  SmtpSecurity security_;
  coffeeauth::testing::TemporaryFolder folder_;
  Child process_;
  std::uint16_t port_;
};

}  // namespace coffeeauth::smtp::testing
