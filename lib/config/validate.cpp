#include "coffeeauth/config.hpp"
#include "coffeeauth/config_fields.hpp"

namespace coffeeauth {
namespace {

using namespace std::chrono_literals;

class Checker {
 public:
  void range(std::string_view name, std::size_t value, std::size_t least, std::size_t most) {
    if (value >= least && value <= most) return;
    complain(name, std::to_string(least), std::to_string(most));
  }
  void range(std::string_view name, std::chrono::milliseconds value,
             std::chrono::milliseconds least, std::chrono::milliseconds most) {
    if (value >= least && value <= most) return;
    complain(name, to_duration_text(least), to_duration_text(most));
  }
  void not_empty(std::string_view name, const std::string& value) {
    if (value.empty()) problems_.push_back({std::string{name}, "required", "must not be empty"});
  }
  [[nodiscard]] std::vector<FieldError> take() { return std::move(problems_); }

 private:
  void complain(std::string_view name, const std::string& least, const std::string& most) {
    problems_.push_back({std::string{name}, "out_of_range", "must be " + least + " to " + most});
  }
  std::vector<FieldError> problems_;
};

void check_codes(Checker& check, const CodeConfig& codes) {
  check.range("CODE_LIFETIME", codes.lifetime, 5min, 24h);
  check.range("CODE_ATTEMPTS", codes.attempts, 1, 10);
  check.range("CODE_GUESSES_PER_DAY", codes.guesses_per_day, 5, 1'000);
  check.range("CODE_RESEND_PAUSE", codes.resend_pause, 0s, 1h);
  check.range("CODE_MAILS_PER_HOUR", codes.mails_per_hour, 1, 1'000);
  check.range("CODE_MAILS_PER_DAY", codes.mails_per_day, 1, 1'000);
  check.range("PENDING_SIGN_UPS", codes.pending_sign_ups, 1, 20);
  check.range("UNVERIFIED_LIFETIME", codes.unverified_lifetime, 1h, 24h * 90);
}

void check_tokens(Checker& check, const TokenConfig& tokens) {
  check.not_empty("TOKEN_ISSUER", tokens.issuer);
  check.not_empty("TOKEN_AUDIENCE", tokens.audience);
  check.range("ACCESS_TOKEN_LIFETIME", tokens.access_lifetime, 1min, 24h);
  check.range("TOKEN_LEEWAY", tokens.leeway, 0s, 10min);
  check.range("REFRESH_IDLE_LIFETIME", tokens.refresh_idle_lifetime, 1h, 24h * 365);
  check.range("REFRESH_ABSOLUTE_LIFETIME", tokens.refresh_absolute_lifetime,
              tokens.refresh_idle_lifetime, 24h * 3'650);
  check.range("REFRESH_GRACE", tokens.refresh_grace, 0s, 60s);
  check.range("KEY_OVERLAP", tokens.key_overlap, 0s, 24h * 30);
  check.range("VERIFIED_TOKEN_CACHE", tokens.verified_cache_size, 0, 10'000'000);
}

void check_passwords(Checker& check, const PasswordConfig& passwords) {
  check.range("PASSWORD_MIN_LENGTH", passwords.min_length, 8, 64);
  check.range("ARGON2_MEMORY_KIB", passwords.argon2_memory_kib, 8, 1'048'576);
  check.range("ARGON2_ITERATIONS", passwords.argon2_iterations, 1, 20);
  check.range("HASHING_THREADS", passwords.hashing_threads, 0, 256);
  check.range("HASHING_QUEUE", passwords.hashing_queue, 1, 100'000);
  check.not_empty("SERVICE_NAME", passwords.service_name);
}

void check_limits(Checker& check, const LimitConfig& limits) {
  const auto limit = [&](std::string_view count_name, std::string_view window_name, Limit value) {
    check.range(count_name, value.count, 1, 1'000'000'000);
    check.range(window_name, value.window, 1s, 24h);
  };
  limit("LOGIN_FAILURE_LIMIT", "LOGIN_FAILURE_WINDOW", limits.login_failures);
  limit("LOGIN_ADDRESS_LIMIT", "LOGIN_ADDRESS_WINDOW", limits.login_address);
  limit("SIGNUP_LIMIT", "SIGNUP_WINDOW", limits.sign_up_address);
  limit("RESEND_LIMIT", "RESEND_WINDOW", limits.resend_address);
  limit("VERIFY_LIMIT", "VERIFY_WINDOW", limits.verify_address);
  limit("REQUEST_LIMIT", "REQUEST_WINDOW", limits.any);
}

void check_jobs(Checker& check, const JobConfig& jobs) {
  check.range("MAIL_BATCH", jobs.batch, 1, 1'000);
  check.range("MAIL_LEASE", jobs.lease, 65s, 1h);
  check.range("MAIL_FIRST_BACKOFF", jobs.first_backoff, 1s, 1h);
  check.range("MAIL_MAX_BACKOFF", jobs.max_backoff, jobs.first_backoff, 24h);
  check.range("MAIL_MAX_ATTEMPTS", jobs.max_attempts, 1, 100);
  check.range("MAIL_POLL_INTERVAL", jobs.poll_interval, 100ms, 1min);
  check.range("CLEAN_UP_INTERVAL", jobs.clean_up_interval, 1s, 24h);
  check.range("CLEAN_UP_BATCH", jobs.clean_up_batch, 1, 10'000);
}

}  // namespace

std::vector<FieldError> validate(const Config& config) {
  Checker check;
  check_codes(check, config.codes);
  check_tokens(check, config.tokens);
  check_passwords(check, config.passwords);
  check_limits(check, config.limits);
  check.range("LIST_PAGE_SIZE", config.lists.page_size, 1, 1'000);
  check.range("LIST_MAX_PAGE_SIZE", config.lists.max_page_size, config.lists.page_size, 1'000);
  check.range("LIST_CACHE_LIFETIME", config.lists.cache_lifetime, 0s, 24h);
  check_jobs(check, config.jobs);
  return check.take();
}

}  // namespace coffeeauth
