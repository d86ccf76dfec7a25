#include "webhook.hpp"

#include <httplib.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace ca = coffeeauth;

namespace {

constexpr std::size_t most_waiting = 1000;

std::string to_json(const ca::Event& event) {
  nlohmann::json json{{"event", ca::wire_name(event.kind)}, {"at", ca::to_rfc3339(event.at)}};
  if (event.user) json["user"] = event.user->str();
  if (event.actor) json["actor"] = event.actor->str();
  return json.dump();
}

}  // namespace

Webhook::Webhook(std::string base, std::string path)
    : base_(std::move(base)), path_(std::move(path)) {}

Webhook::~Webhook() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Webhook::on(const ca::Event& event) noexcept try {
  {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() == most_waiting) waiting_.pop_front();
    waiting_.push_back(to_json(event));
  }
  changed_.notify_one();
} catch (...) {
  // Out of memory: the event is lost, but the login that it reports succeeds.
}

void Webhook::run() {
  httplib::Client client{base_};
  client.set_connection_timeout(2);
  client.set_read_timeout(2);
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto json = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    // A real webhook would sign the body, and retry later if there is no answer.
    (void)client.Post(path_, json, "application/json");
    lock.lock();
  }
}
