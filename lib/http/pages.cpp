#include "coffeeauth/http/pages.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "coffeeauth/http/etag.hpp"
#include "coffeeauth/http/html.hpp"
#include "coffeeauth_http_api_files.hpp"

namespace coffeeauth::http {
namespace {

/// The first one is for whoever speaks none of them.
constexpr std::array<std::string_view, 2> page_languages{"en", "de"};

/// A page's source, with its values to be put in.
class PageSource {
 public:
  PageSource(std::string_view text, const PageValues& values) : rest_(text), values_(values) {}

  [[nodiscard]] std::string rendered() {
    std::string out;
    append_until("", out);
    return out;
  }

 private:
  /// Up to the end of the section of that name, or of everything.
  void append_until(std::string_view section, std::string& out) {
    for (;;) {
      out += taken_before("{{");
      if (rest_.empty()) break;
      const bool raw = rest_.starts_with("{{{");
      rest_.remove_prefix(raw ? 3 : 2);
      auto name = taken_before(raw ? "}}}" : "}}");
      rest_.remove_prefix(std::min<std::size_t>(rest_.size(), raw ? 3 : 2));
      const char kind = name.empty() ? ' ' : name.front();
      if (kind == '#' || kind == '^' || kind == '/') name.remove_prefix(1);
      if (kind == '/' && name == section) return;
      const auto& value = value_of(name);
      if (kind == '#' || kind == '^') {
        std::string part;
        append_until(name, part);
        if (value.empty() == (kind == '^')) out += part;
      } else if (raw) {
        out += value;
      } else {
        out += escape_html(value);
      }
    }
    if (!section.empty()) throw std::logic_error("no end of " + std::string{section});
  }

  std::string_view taken_before(std::string_view mark) {
    const auto taken = rest_.substr(0, rest_.find(mark));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  [[nodiscard]] const std::string& value_of(std::string_view name) const {
    const auto found = std::find_if(values_.begin(), values_.end(),
                                    [&](const auto& value) { return value.first == name; });
    if (found == values_.end()) throw std::logic_error("no value " + std::string{name});
    return found->second;
  }

  std::string_view rest_;
  const PageValues& values_;
};

/// A body that never changes, and its entity tag.
struct PageDocument {
  explicit PageDocument(std::string text)
      : body(std::make_shared<const std::string>(std::move(text))), etag(content_etag(*body)) {}

  std::shared_ptr<const std::string> body;
  std::string etag;
};

Response page_answer(const PageDocument& document, const Request& request, std::string_view type) {
  Response response;
  response.set("Cache-Control", "no-cache");
  response.set("ETag", document.etag);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  if (none_match_fails(request, document.etag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", std::string{type});
  response.body = document.body;
  return response;
}

std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string_view taken_item(std::string_view& list, char separator) {
  const auto end = std::min(list.find(separator), list.size());
  const auto item = without_blanks(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return item;
}

/// In thousandths (RFC 9110 12.4.2); 0 for what is no weight.
int weight_of(std::string_view parameter) {
  if (parameter.empty()) return 1000;
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return 0;
  parameter.remove_prefix(2);
  if (parameter.starts_with('1')) return 1000;
  if (!parameter.starts_with("0.")) return 0;
  int weight = 0;
  int place = 100;
  for (const char digit : parameter.substr(2, 3)) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * place;
    place /= 10;
  }
  return weight;
}

/// Whether a range like `de-AT` means that language.
bool is_of(std::string_view range, std::string_view language) {
  const auto primary = range.substr(0, range.find('-'));
  return std::equal(primary.begin(), primary.end(), language.begin(), language.end(),
                    [](char c, char expected) { return (c | 0x20) == expected; });
}

/// The place in `page_languages` of what an Accept-Language wants most.
std::size_t preferred_page_language(std::string_view field) {
  std::size_t best = 0;
  int best_weight = 0;
  while (!field.empty()) {
    auto item = taken_item(field, ',');
    const auto range = taken_item(item, ';');
    const int weight = weight_of(without_blanks(item));
    for (std::size_t i = 0; i < page_languages.size(); ++i) {
      if (weight > best_weight && (is_of(range, page_languages[i]) || (range == "*" && i == 0))) {
        best = i;
        best_weight = weight;
      }
    }
  }
  return best;
}

/// One page as it is asked for: with or without a slash at the end, on which all that is relative
/// in it depends, in each language.
struct PageForms {
  std::vector<PageDocument> plain;
  std::vector<PageDocument> with_slash;
};

std::string page_of(std::string_view name, std::string_view language, const PageSite& site,
                    PageValues values) {
  const auto source = [&](std::string_view file) {
    return site.file(std::string{language} + "/" + std::string{file} + ".html");
  };
  auto words = source(name);
  constexpr std::string_view mark = "Title: ";
  if (!words.starts_with(mark)) throw std::logic_error("a page without a title");
  words.remove_prefix(mark.size());
  values.emplace_back("title", words.substr(0, words.find('\n')));
  words.remove_prefix(std::min(words.find("\n\n") + 2, words.size()));
  values.emplace_back("language", language);
  auto content = PageSource{words, values}.rendered();
  auto common = PageSource{source("common"), values}.rendered();
  values.emplace_back("content", std::move(content));
  values.emplace_back("common", std::move(common));
  const auto step = std::string{language} + "/step.html";
  values.emplace_back("step", site.asks_second_step ? page_files::file(step) : std::string_view{});
  return PageSource{page_files::file("layout.html"), values}.rendered();
}

PageForms forms_of(std::string_view name, const PageSite& site, const PageValues& own) {
  PageForms forms;
  for (const auto language : page_languages) {
    for (const bool slash : {false, true}) {
      const std::string up = slash ? "../" : "";
      auto values = own;
      values.emplace_back("service", site.service_name);
      values.emplace_back("up", up);
      values.emplace_back("api", site.api.starts_with('/') ? site.api : up + site.api);
      values.emplace_back("script", site.script);
      values.emplace_back("is_module", site.is_module ? "yes" : "");
      values.emplace_back("style", site.style);
      values.emplace_back("icon", site.icon);
      (slash ? forms.with_slash : forms.plain)
          .emplace_back(page_of(name, language, site, std::move(values)));
    }
  }
  return forms;
}

void check_page_site(const PageSite& site) {
  const std::string_view api = site.api;
  const auto first = api.substr(0, api.find('/'));
  if (api.starts_with("//") || first.find(':') != std::string_view::npos ||
      api.find_first_of("?#\\") != std::string_view::npos || api.ends_with('/')) {
    throw std::invalid_argument("PageSite::api is a path on the origin of the pages");
  }
}

}  // namespace

Route page_route(std::string path, const PageSite& site, PageValues values) {
  check_page_site(site);
  auto forms = forms_of(path.substr(path.rfind('/') + 1), site, values);
  return {.method = "GET",
          .path = std::move(path),
          .handler = [forms = std::move(forms),
                      policy = site.policy](const RouteContext& context) -> Result<Response> {
            const std::string_view target = context.request.target;
            const bool slash = target.substr(0, target.find('?')).ends_with('/');
            const auto language =
                preferred_page_language(context.request.header("Accept-Language"));
            const auto& document = (slash ? forms.with_slash : forms.plain)[language];
            auto response = page_answer(document, context.request, "text/html; charset=utf-8");
            response.set("Content-Language", std::string{page_languages[language]});
            response.set("Content-Security-Policy", policy);
            response.set("Vary", "Accept-Language");
            return response;
          }};
}

Route page_asset_route(std::string path, std::string_view content_type, std::string content) {
  return {
      .method = "GET",
      .path = std::move(path),
      .handler = [document = PageDocument{std::move(content)}, type = std::string{content_type}](
                     const RouteContext& context) -> Result<Response> {
        return page_answer(document, context.request, type);
      }};
}

std::string_view page_script() { return page_files::file("page.js"); }

std::string_view page_style() { return page_files::file("style.css"); }

}  // namespace coffeeauth::http
