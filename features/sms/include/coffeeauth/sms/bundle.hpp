#pragma once
/// bundle(): the room `sms` with its settings, tables, sender and command in one line.

#include <memory>
#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/sms/http_sender.hpp"
#include "coffeeauth/sms/options.hpp"
#include "coffeeauth/sms/sender.hpp"
#include "coffeeauth/sms/text_messages.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// Which messages are sent, and how.
struct BundleOptions {
  /// Which messages are sent.
  SmsOptions messages{};
  /// The gateway; used if its URL is set and there is no `sender`.
  HttpSenderOptions gateway{};
  /// Where messages are written if there is neither a gateway nor a `sender`; empty for `sms` in
  /// standard::Surroundings::data_dir.
  std::string folder{};
  /// A sender of your own.
  std::shared_ptr<SmsSender> sender{};
};

/// Creates the bundle for standard::Options::bundles. Its counts are stored in the program's store,
/// which must be a SQL store or a memory store. Without prefixes, or with nowhere to send to, the
/// room is disabled; it then sends nothing.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(BundleOptions options = {});

}  // namespace sms
}  // namespace coffeeauth
