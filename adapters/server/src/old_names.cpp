#include "old_names.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace coffeeauth::server {
namespace {

/// Django's settings and those of what usually runs beside it: Celery, gunicorn, the database's and
/// the cache's own containers.
constexpr std::array<std::string_view, 22> families{
    "CELERY_", "DJANGO_",     "EMAIL_",        "DB_",         "REDIS_",  "POSTGRES_",
    "PG",      "CORS_ALLOW_", "CORS_ALLOWED_", "CSRF_",       "SECURE_", "SESSION_COOKIE_",
    "JWT_",    "SIMPLE_JWT_", "GUNICORN_",     "FLOWER_",     "SENTRY_", "STATIC_",
    "MEDIA_",  "PYTHON",      "COMPOSE_",      "CORS_ORIGIN_"};

constexpr std::array<std::string_view, 16> others{
    "DEBUG",         "ALLOWED_HOSTS", "TIME_ZONE", "TZ",
    "LANGUAGE_CODE", "USE_TZ",        "USE_I18N",  "SERVER_EMAIL",
    "ADMINS",        "MANAGERS",      "SITE_ID",   "SITE_URL",
    "FRONTEND_URL",  "BROKER_URL",    "PORT",      "WEB_CONCURRENCY"};

constexpr std::array<std::string_view, 7> common{
    "CELERY_BROKER_URL",      "CELERY_RESULT_BACKEND", "DJANGO_ALLOWED_HOSTS", "DJANGO_DEBUG",
    "DJANGO_SETTINGS_MODULE", "EMAIL_BACKEND",         "EMAIL_TIMEOUT"};

}  // namespace

bool is_of_the_service_before(std::string_view name) noexcept {
  return std::any_of(families.begin(), families.end(),
                     [&](std::string_view family) { return name.starts_with(family); }) ||
         std::find(others.begin(), others.end(), name) != others.end();
}

bool is_exactly_of_the_service_before(std::string_view name) noexcept {
  return std::find(others.begin(), others.end(), name) != others.end() ||
         std::find(common.begin(), common.end(), name) != common.end();
}

std::size_t edit_distance(std::string_view one, std::string_view other) {
  // Row by row: how far the first i letters of the one are from the first j of the other.
  std::vector<std::size_t> before;
  std::vector<std::size_t> last(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::vector<std::size_t> now(other.size() + 1);
    now[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
      const bool is_swap =
          i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (is_swap) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before = std::exchange(last, std::move(now));
  }
  return last[other.size()];
}

std::span<const std::string_view> common_names_of_the_service_before() noexcept { return common; }

}  // namespace coffeeauth::server
