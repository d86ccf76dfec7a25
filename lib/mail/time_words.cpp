#include "lib/mail/time_words.hpp"

#include <algorithm>
#include <array>

namespace coffeeauth {
namespace {

struct Unit {
  std::string_view one;
  std::string_view many;
};

struct Language {
  std::string_view tag;
  std::array<std::string_view, 12> months;
  std::string_view after_day;
  std::string_view after_time;
  Unit days;
  Unit hours;
  Unit minutes;
};

constexpr std::array<Language, 2> languages{
    {{"en",
      {"January", "February", "March", "April", "May", "June", "July", "August", "September",
       "October", "November", "December"},
      " ",
      " UTC",
      {"day", "days"},
      {"hour", "hours"},
      {"minute", "minutes"}},
     {"de",
      {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
       "Oktober", "November", "Dezember"},
      ". ",
      " Uhr UTC",
      {"Tag", "Tage"},
      {"Stunde", "Stunden"},
      {"Minute", "Minuten"}}}};

const Language* language_of(std::string_view tag) {
  const auto* const found = std::find_if(languages.begin(), languages.end(),
                                         [&](const Language& known) { return known.tag == tag; });
  return found == languages.end() ? nullptr : found;
}

std::string counted(std::int64_t count, const Unit& unit) {
  return std::to_string(count) + " " + std::string{count == 1 ? unit.one : unit.many};
}

}  // namespace

std::string moment_in_words(UtcTime time, std::string_view language) {
  // 2026-11-26T14:05:00.000Z; to the minute, since the seconds would only worry people.
  const auto written = to_rfc3339(time);
  const auto clock = written.substr(11, 5);
  const auto* const words = language_of(language);
  if (words == nullptr) return written.substr(0, 10) + ", " + clock + " UTC";
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return std::to_string(static_cast<unsigned>(date.day())) + std::string{words->after_day} +
         std::string{words->months.at(static_cast<unsigned>(date.month()) - 1)} + " " +
         std::to_string(static_cast<int>(date.year())) + ", " + clock +
         std::string{words->after_time};
}

std::string span_in_words(std::chrono::milliseconds span, std::string_view language) {
  const auto* const words = language_of(language);
  // A link of 30 minutes is some milliseconds old when its mail is written.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(span);
  if (words == nullptr || seconds < std::chrono::minutes{1}) return {};
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(seconds).count();
  constexpr std::int64_t an_hour = 60;
  constexpr std::int64_t a_day = 24 * an_hour;
  if (minutes % a_day == 0) return counted(minutes / a_day, words->days);
  if (minutes % an_hour == 0) return counted(minutes / an_hour, words->hours);
  return counted(minutes, words->minutes);
}

}  // namespace coffeeauth
