#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "lib/jobs/carrier.hpp"
#include "lib/mail/mail_job.hpp"

namespace coffeeauth::jobs {
namespace {

/// What stands in a header: one line, without what would end it. Files of translations often end
/// with one that nobody sees.
bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7F;
  });
}

void trim_end_of_line(std::string& text) {
  const auto last = text.find_last_not_of("\r\n");
  text.resize(last == std::string::npos ? 0 : last + 1);
}

class MailCarrier final : public Carrier {
 public:
  MailCarrier(Services& services, Mailer& mailer) : s_(services), mailer_(mailer) {}

  std::optional<Try> carry(const NewJob& job, DeliveryTurn& turn) override {
    const auto parameters = open_mail_job(job, s_.vault);
    if (!parameters) return std::nullopt;
    return send(job, *parameters, turn);
  }

 private:
  [[nodiscard]] std::optional<MailContent> render(std::string_view kind,
                                                  const MailParameters& parameters) const;
  [[nodiscard]] Try send(const NewJob& job, const MailParameters& parameters, DeliveryTurn& turn);

  Services& s_;
  Mailer& mailer_;
  /// For the kinds that the templates in use do not know; made for the first of these.
  mutable std::unique_ptr<MailTemplates> own_words_;
  mutable std::once_flag own_words_made_;
};

std::optional<MailContent> MailCarrier::render(std::string_view kind,
                                               const MailParameters& parameters) const {
  auto content = s_.parts.templates.render(kind, parameters);
  if (content) return content;
  std::call_once(own_words_made_, [this] {
    own_words_ = make_default_templates(s_.config.passwords.service_name, s_.mails);
  });
  return own_words_->render(kind, parameters);
}

Try MailCarrier::send(const NewJob& job, const MailParameters& parameters, DeliveryTurn& turn) {
  MailContent content;
  try {
    auto rendered = render(job.kind, parameters);
    if (!rendered) {
      s_.parts.diagnostics->tell({"mail template", job.kind, "no template knows this kind"});
      return {{DeliveryVerdict::refused, "no template knows this kind of mail",
               DeliveryProblem::message},
              "template"};
    }
    content = *std::move(rendered);
    trim_end_of_line(content.subject);
    // Refused by the Mailer it would be the mail's end; as a template's mistake it waits.
    if (!is_header_text(content.subject)) throw std::runtime_error("the subject is not one line");
  } catch (const std::exception& failure) {
    // An embedder's template; its text could hold anything, so it goes into no row.
    s_.parts.diagnostics->tell({"mail template", job.kind, failure.what()});
    return {{DeliveryVerdict::retry_later, "the template failed", DeliveryProblem::local},
            "template"};
  } catch (...) {
    s_.parts.diagnostics->tell({"mail template", job.kind, "an exception of no known type"});
    return {{DeliveryVerdict::retry_later, "the template failed", DeliveryProblem::local},
            "template"};
  }
  try {
    return {mailer_.deliver_in_turn({.to = parameters.to,
                                     .subject = std::move(content.subject),
                                     .text = std::move(content.text),
                                     .html = std::move(content.html),
                                     .message_id = job.message_id,
                                     .date = job.created_at},
                                    turn)};
  } catch (...) {
    // Its text could quote the mail, and so a code.
    s_.parts.diagnostics->tell({"mailer", job.kind, "an exception"});
    return {{DeliveryVerdict::retry_later, "the mailer failed", DeliveryProblem::local}, "mailer"};
  }
}

}  // namespace

std::unique_ptr<Carrier> make_mail_carrier(Services& services, Mailer& mailer) {
  return std::make_unique<MailCarrier>(services, mailer);
}

}  // namespace coffeeauth::jobs
