#include "reports/clients/formats.h"

#include <array>

#include "base/text.h"
#include "catalogue/verify_codes.h"
#include "pki/certificate.h"

namespace mtls::reports::clients {
namespace {

constexpr std::array kFormats{
    Format{.name = "table", .help = "for people", .render = clients_table},
    Format{.name = "json", .help = "everything that is kept", .render = clients_json},
    Format{.name = "csv",
           .help = "a line for each client at each server block",
           .render = clients_csv},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

std::string name_of(const running::ObservedClient& client) {
  if (client.certificate.empty()) return "";
  const auto certificate = pki::parse_certificate(client.certificate);
  return certificate ? certificate->facts().subject.rfc2253 : "";
}

std::string answer_text(int code) {
  if (code == 0) return "accepted";
  if (code < 0) return "refused";
  const catalogue::VerifyCode* known = catalogue::find_verify_code(code);
  return "refused: " + (known != nullptr ? std::string(known->text) + " " : "") + "(" +
         std::to_string(code) + ")";
}

}  // namespace mtls::reports::clients
