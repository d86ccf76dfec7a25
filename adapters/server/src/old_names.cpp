#include "old_names.hpp"

#include <algorithm>
#include <array>

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

std::span<const std::string_view> common_names_of_the_service_before() noexcept { return common; }

}  // namespace coffeeauth::server
