#pragma once
/// What the options ask for, part by part. Each throws std::invalid_argument that begins with the
/// name of an option, and what it makes borrows nothing but what it is given here.

#include <memory>

#include "coffeeauth/redis/redis.hpp"
#include "coffeeauth/standard/standard.hpp"

namespace coffeeauth::standard {

/// Refuses options that exclude each other. Asks no part for anything.
void check(const Options& options);

/// Throws std::runtime_error that names the place when the database cannot be opened.
[[nodiscard]] std::unique_ptr<Store> open_store(const Options& options);
/// Null when neither cache nor counters are to be in Redis. Connects to nothing yet.
[[nodiscard]] std::shared_ptr<redis::RedisClient> open_redis(const Options& options);
/// Opens the bundles over the store: their features, and behind them those of the options.
[[nodiscard]] std::vector<Feature*> open_bundles(const Options& options, Store& store);
[[nodiscard]] std::unique_ptr<PasswordJudge> make_judge(const Options& options);
[[nodiscard]] std::unique_ptr<MailTemplates> make_templates(const Options& options);
/// Connects to nothing yet; the folder is made with the first mail.
[[nodiscard]] std::unique_ptr<Mailer> make_mailer(const Options& options);
/// Takes what it wants of `options`.
[[nodiscard]] http::ApiOptions make_api_options(Options& options, Auth& auth,
                                                std::shared_ptr<redis::RedisClient> client);

}  // namespace coffeeauth::standard
