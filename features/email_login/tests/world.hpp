#pragma once
/// World: a TestAuth with the room, over each Store in turn.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/email_login/contract.hpp"
#include "coffeeauth/email_login/email_login.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::email_login {

using namespace std::chrono_literals;
using testing::email;

using Backend = testing::RoomBackend<TicketStore>;
[[nodiscard]] const std::vector<Backend>& backends();

inline EmailLoginOptions usual_options() {
  return {.enabled = true, .public_url = "https://accounts.example.org"};
}
inline const ClientContext somewhere{.address = "203.0.113.7", .user_agent = "Firefox/130 Linux"};

/// What a client has after it asked, and its mail brought.
struct Asked {
  Secret login_token;
  Secret link;
  std::string code;

  /// The proof of the code, or of another one.
  [[nodiscard]] LoginProof by_code(std::string_view digits = {}) const {
    // Called by many threads at once, which must not assert.
    auto typed = VerificationCode::parse(digits.empty() ? std::string_view{code} : digits).value();
    return MailedCode{login_token.clone(), std::move(typed)};
  }
  [[nodiscard]] LoginProof by_link() const { return link.clone(); }
  [[nodiscard]] std::string wrong() const { return code == "000000" ? "000001" : "000000"; }
};

class World {
 public:
  explicit World(const Backend& backend, EmailLoginOptions options = usual_options(),
                 std::vector<Feature*> beside = {});

  [[nodiscard]] Auth& auth() { return t.auth(); }
  /// A verified user, logged in.
  [[nodiscard]] testing::LoggedInUser user(std::string_view address = "ada@example.org") {
    return t.logged_in_user(address);
  }
  /// The mails that were delivered since the last call.
  [[nodiscard]] std::vector<Mail> mails();
  /// The mails of the feature among those.
  [[nodiscard]] std::vector<Mail> login_mails();
  /// Asks for a mail, which must come.
  [[nodiscard]] Asked asked(std::string_view address = "ada@example.org",
                            const ClientContext& client = somewhere);
  [[nodiscard]] static Secret link_in(const Mail& mail);
  [[nodiscard]] static std::string code_in(const Mail& mail);
  /// Logs in from somewhere.
  [[nodiscard]] Result<LoginOutcome> log_in(const LoginProof& proof) {
    return login.log_in(proof, somewhere);
  }

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<TicketStore> tickets_;

 public:
  EmailLogin login;
  testing::TestAuth t;

 private:
  std::size_t seen_ = 0;
};

/// Whether a login got its tokens.
inline bool is_in(const Result<LoginOutcome>& outcome) {
  return outcome && std::holds_alternative<TokenPair>(*outcome);
}

/// Runs `test` over each kind of Store, in a subcase of its name.
template <class Test>
void on_each_store(Test test) {
  testing::on_each_backend(backends(), test);
}

}  // namespace coffeeauth::email_login
