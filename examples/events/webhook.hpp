#pragma once
/// Webhook: tells another system what happened, without making anybody wait for it.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "coffeeauth/ports/event_sink.hpp"

/// Posts each event as JSON, from a thread of its own.
///
/// An EventSink is called by the thread that did the work, so it must be quick: this one only puts
/// the event into a queue. The queue is bounded, because the other system may be down for long:
/// then the oldest is dropped. What must never be lost belongs into your database.
class Webhook final : public coffeeauth::EventSink {
 public:
  /// Such as `http://127.0.0.1:9000` and `/hooks/accounts`.
  Webhook(std::string base, std::string path);
  /// Posts what is waiting, and stops.
  ~Webhook() override;

  void on(const coffeeauth::Event& event) noexcept override;

 private:
  void run();

  std::string base_;
  std::string path_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  bool stopping_ = false;
  std::thread thread_{&Webhook::run, this};
};
