#include "config/exposure/mail_doors.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace mtls::config::exposure {
namespace {

bool has_word(const syntax::Directive& directive, std::string_view word) {
  return std::ranges::any_of(directive.args, [&](const syntax::Argument& argument) {
    return base::ascii_lower(argument.text) == word;
  });
}

std::vector<const syntax::Directive*> all_of(const syntax::Directive& block,
                                             std::string_view name) {
  std::vector<const syntax::Directive*> found;
  if (!block.block) return found;
  for (const syntax::Directive& directive : *block.block) {
    if (directive.name == name) found.push_back(&directive);
  }
  return found;
}

// ngx_mail_core_listen(): without `protocol` the port of a listen says it (the ports of
// ngx_mail_smtp_protocol).
bool speaks_smtp(const MailQuestion& question) {
  constexpr std::array kSmtpPorts{25, 465, 587};
  const auto protocols = all_of(question.server, "protocol");
  if (!protocols.empty()) return has_word(*protocols.back(), "smtp");
  return std::ranges::any_of(question.context.listens, [&](const Listen& listen) {
    return std::ranges::find(kSmtpPorts, listen.port) != kSmtpPorts.end();
  });
}

// The `smtp_auth` in force that has the word `none`: ngx_mail_smtp_mail() then asks for no login,
// and so never for TLS. nullptr: there is none.
const syntax::Directive* mail_without_login(const MailQuestion& question) {
  if (!speaks_smtp(question)) return nullptr;
  auto methods = all_of(question.server, "smtp_auth");
  if (methods.empty()) methods = all_of(question.mail, "smtp_auth");
  const auto found = std::ranges::find_if(
      methods, [](const syntax::Directive* one) { return has_word(*one, "none"); });
  return found == methods.end() ? nullptr : *found;
}

}  // namespace

std::vector<Opening> mail_doors(const MailQuestion& question) {
  const Setting<Starttls>& starttls = question.context.starttls;
  const bool is_only = starttls.value == Starttls::kOnly;
  const syntax::Directive* smtp = is_only ? mail_without_login(question) : nullptr;
  std::vector<Opening> doors;
  if (is_only && smtp == nullptr) return doors;
  for (const Listen& listen : question.plain) {
    Opening door{.location = "", .path = "", .content = "listen", .at = listen.at};
    if (smtp != nullptr) {
      door.content = "smtp_auth";
      door.at = smtp->at;
    } else if (starttls.value == Starttls::kOn) {
      door.content = "starttls";
      if (starttls.at) door.at = *starttls.at;
    }
    door.listen = listen.canonical();
    door.listen_at = listen.at;
    doors.push_back(std::move(door));
  }
  return doors;
}

}  // namespace mtls::config::exposure
