#include "coffeeauth/sms/bundle.hpp"

#include <filesystem>
#include <iterator>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "coffeeauth/kernel.hpp"
#include "coffeeauth/sms/folder_sender.hpp"
#include "coffeeauth/sms/memory.hpp"
#include "coffeeauth/sms/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/standard/command.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::sms {
namespace {

constexpr std::string_view number_option = "--to";
constexpr std::size_t messages_shown = 100;

std::unique_ptr<BudgetStore> budgets_beside(Store& store) {
  return sql::is_sql_store(store) ? make_sql_budgets() : make_memory_budgets(store);
}

/// Where messages go, made when a process delivers or tries them first.
struct Outlet {
  std::shared_ptr<SmsSender> sender{};
  std::string place{};
  /// Empty unless messages are written to it.
  std::string folder{};
  std::unique_ptr<SmsHandler> handler{};
};

std::vector<standard::WrittenMessage> written_in(const std::string& folder) {
  std::vector<standard::WrittenMessage> all;
  for (auto& message : list_sms_folder(folder, messages_shown)) {
    all.push_back({.id = message.id.str(),
                   .to = std::move(message.to),
                   .subject = std::move(message.kind),
                   .date = message.expires_at ? "expires " + to_rfc3339(*message.expires_at) : "",
                   .text = std::move(message.text)});
  }
  return all;
}

/// A message that says what it is, in the shape of a real one.
Sms sample_to(const PhoneNumber& number, const standard::Surroundings& at, Kernel& kernel) {
  return {.id = JobId::make(kernel.clock().now(), kernel.random()),
          .to = number,
          .text = Secret{at.service_name + ": this is a test message; text messages work."},
          .kind = "test"};
}

class SmsBundle final : public standard::Bundle {
 public:
  explicit SmsBundle(BundleOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "sms"; }
  std::vector<ConfigField> fields() override {
    auto all = sms::fields(options_.messages);
    auto further = sms::fields(options_.gateway);
    std::move(further.begin(), further.end(), std::back_inserter(all));
    return all;
  }
  sql::RoomMigrations migrations() const override { return sms::migrations(); }

  std::string why_off(const standard::Surroundings& at) const override {
    const bool has_prefixes = !options_.messages.prefixes.empty();
    if (has_prefixes && has_outlet(at)) return {};
    if (at.by_options) {
      return has_prefixes ? "neither a gateway nor a folder nor a sender is set"
                          : "messages.prefixes is empty, so that no number is allowed";
    }
    if (has_prefixes) {
      return "SMS_URL is not set, and with PostgreSQL text messages are not written to a folder";
    }
    // Whoever has set neither does not miss it.
    if (options_.gateway.url.empty()) return {};
    return "SMS_PREFIXES is not set, so that text messages may be sent to no number";
  }

  Feature& open(Store& store, const standard::Surroundings& at) override {
    if (feature_) throw std::logic_error("this bundle of sms was opened before");
    surroundings_ = at;
    check_gateway();
    budgets_ = budgets_beside(store);
    auto messages = options_.messages;
    if (messages.host.empty() && !at.public_url.empty()) {
      messages.host = PublicUrl::parse(at.public_url).host();
    }
    // Without a way out nothing may pile up in the outbox.
    if (!has_outlet(at)) messages.prefixes.clear();
    feature_ = std::make_unique<TextMessages>(*budgets_, std::move(messages));
    return *feature_;
  }

  std::vector<http::Route> routes(Auth&) override { return {}; }

  std::vector<standard::JobReceiver> receivers(Auth& auth) override {
    if (!is_on()) return {};
    auto& outlet = open_outlet(auth);
    standard::JobReceiver receiver{
        .channel = std::string{channel}, .handler = outlet.handler.get(), .place = outlet.place};
    if (!outlet.folder.empty()) {
      receiver.written = [folder = outlet.folder] { return written_in(folder); };
    }
    return {std::move(receiver)};
  }

  std::vector<standard::Command> commands() override {
    standard::Command command{.name = "sms-test",
                              .summary = "sends a text message at once, and says how it went"};
    command.options = {{std::string{number_option}, "N",
                        "the number, such as +491701234567, within SMS_PREFIXES (required)", true}};
    command.run = [this](Auth& auth, const standard::CommandInput& input) {
      send_sample(auth, input);
    };
    return {std::move(command)};
  }

 private:
  [[nodiscard]] std::string folder_at(const standard::Surroundings& at) const {
    if (!options_.folder.empty() || at.data_dir.empty()) return options_.folder;
    return (std::filesystem::path{at.data_dir} / "sms").string();
  }
  [[nodiscard]] bool has_outlet(const standard::Surroundings& at) const {
    return options_.sender || !options_.gateway.url.empty() || !folder_at(at).empty();
  }
  [[nodiscard]] bool is_on() const {
    return feature_ && !options_.messages.prefixes.empty() && has_outlet(surroundings_);
  }

  /// Also in a process that delivers nothing, so that a mistake is told at the next start.
  void check_gateway() const {
    if (options_.gateway.url.empty()) return;
    static_cast<void>(origin_of(options_.gateway));
    if (options_.gateway.secret.empty()) {
      throw std::invalid_argument("SMS_SECRET: SMS_URL needs one");
    }
  }

  Outlet& open_outlet(Auth& auth) {
    if (outlet_) return *outlet_;
    Outlet made{.sender = options_.sender, .place = "a sender of the program"};
    if (!made.sender && !options_.gateway.url.empty()) {
      made.place = origin_of(options_.gateway);
      made.sender = make_http_sender(std::move(options_.gateway), auth.kernel().clock());
      // What says whether the room is on.
      options_.sender = made.sender;
    }
    if (!made.sender) {
      made.place = made.folder = folder_at(surroundings_);
      made.sender = folder_sender(made.folder);
    }
    made.handler = std::make_unique<SmsHandler>(*made.sender);
    return outlet_.emplace(std::move(made));
  }

  static std::shared_ptr<SmsSender> folder_sender(const std::string& folder) {
    try {
      return make_folder_sender(folder);
    } catch (const std::filesystem::filesystem_error& failure) {
      throw std::invalid_argument("DATA_DIR: " + folder +
                                  " cannot be made a folder for the owner " +
                                  "alone: " + failure.code().message());
    }
  }

  void send_sample(Auth& auth, const standard::CommandInput& input) {
    if (!feature_) throw std::logic_error("this bundle of sms was not opened");
    if (!is_on()) {
      const auto why = why_off(surroundings_);
      throw std::runtime_error(why.empty() ? "neither SMS_URL nor SMS_PREFIXES is set" : why);
    }
    const auto number = PhoneNumber::parse(input.value(number_option).value_or(""));
    if (!number) throw standard::CommandMisused("--to needs a number such as +491701234567");
    if (!feature_->allows(*number)) {
      throw std::runtime_error("the number is outside SMS_PREFIXES");
    }
    const auto& outlet = open_outlet(auth);
    const auto sent = outlet.sender->deliver(sample_to(*number, surroundings_, auth.kernel()));
    if (sent.verdict != DeliveryVerdict::delivered) {
      throw std::runtime_error(outlet.place + " did not take the message: " + sent.reason);
    }
    input.out << "handed a test message for " << number->hint() << " to " << outlet.place << "\n";
  }

  BundleOptions options_;
  standard::Surroundings surroundings_{};
  std::unique_ptr<BudgetStore> budgets_;
  std::unique_ptr<TextMessages> feature_;
  std::optional<Outlet> outlet_;
};

}  // namespace

std::shared_ptr<standard::Bundle> bundle(BundleOptions options) {
  return std::make_shared<SmsBundle>(std::move(options));
}

}  // namespace coffeeauth::sms
