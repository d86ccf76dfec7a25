#pragma once
/// Webhook: reports events to another system, without delaying the service.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "coffeeauth/ports/event_sink.hpp"

/// Posts each event as JSON, on a separate thread.
///
/// The thread that did the work calls the EventSink, so the sink must be quick: this one only puts
/// the event into a queue. Because the other system may be down for long, the queue is bounded, and
/// drops the oldest event when it is full. Data that must never be lost belongs in your database.
class Webhook final : public coffeeauth::EventSink {
 public:
  /// Example: `http://127.0.0.1:9000` and `/hooks/accounts`.
  Webhook(std::string base, std::string path);
  /// Posts the waiting events, and stops.
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
