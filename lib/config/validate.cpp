#include <algorithm>

#include "coffeeauth/config.hpp"
#include "lib/config/field_table.hpp"

namespace coffeeauth {
namespace {

/// Complains about `name` unless it is at least as much as `other`, or was complained about.
template <class Value>
void check_order(std::vector<FieldError>& problems, std::string_view name, Value value,
                 std::string_view other, Value least) {
  const bool known = std::any_of(problems.begin(), problems.end(),
                                 [&](const FieldError& one) { return one.field == name; });
  if (known || value >= least) return;
  problems.push_back({std::string{name}, "out_of_range", "must be at least " + std::string{other}});
}

}  // namespace

std::vector<FieldError> validate(const Config& config) {
  std::vector<FieldError> problems;
  for (const auto& row : field_table()) {
    if (auto problem = row.check(config)) problems.push_back(*std::move(problem));
  }
  check_order(problems, "UNVERIFIED_LIFETIME", config.codes.unverified_lifetime, "CODE_LIFETIME",
              config.codes.lifetime);
  check_order(problems, "LOGIN_FAILURE_MEMORY", config.limits.login_failure_memory,
              "LOGIN_FAILURE_WINDOW", config.limits.login_failures.window);
  check_order(problems, "LOGIN_FAILURE_MEMORY", config.limits.login_failure_memory,
              "LOGIN_FIRST_WAIT", config.limits.login_first_wait);
  check_order(problems, "REFRESH_ABSOLUTE_LIFETIME", config.tokens.refresh_absolute_lifetime,
              "REFRESH_IDLE_LIFETIME", config.tokens.refresh_idle_lifetime);
  check_order(problems, "IPV6_48_FACTOR", config.limits.ipv6_48_factor, "IPV6_56_FACTOR",
              config.limits.ipv6_56_factor);
  check_order(problems, "LIST_MAX_PAGE_SIZE", config.lists.max_page_size, "LIST_PAGE_SIZE",
              config.lists.page_size);
  check_order(problems, "MAIL_MAX_BACKOFF", config.jobs.max_backoff, "MAIL_FIRST_BACKOFF",
              config.jobs.first_backoff);
  // Else a mail that its workers die of would be given up with all that were in hand beside it.
  const auto known = [&](std::string_view name) {
    return std::any_of(problems.begin(), problems.end(),
                       [&](const FieldError& one) { return one.field == name; });
  };
  if (config.jobs.max_abandoned <= config.jobs.alone_after && !known("MAIL_MAX_ABANDONED")) {
    problems.push_back(
        {"MAIL_MAX_ABANDONED", "out_of_range", "must be more than MAIL_ALONE_AFTER"});
  }
  return problems;
}

}  // namespace coffeeauth
