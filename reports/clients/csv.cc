#include "reports/clients/formats.h"

namespace mtls::reports::clients {
namespace {

// RFC 4180. A field that a spreadsheet would take for a formula begins with an apostrophe.
std::string field(std::string text) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string clients_csv(const Report& report) {
  std::string text =
      "fingerprint,ca,serial,not_before,not_after,key,signature,subject,server,listen,first_seen,"
      "last_seen,connections,code,answer\r\n";
  for (const running::ObservedClient& client : report.clients) {
    const std::string facts = client.fingerprint + "," + field(client.issuer_key) + "," +
                              field(client.serial) + "," + base::rfc3339(client.not_before) + "," +
                              base::rfc3339(client.not_after) + "," + field(client.key_kind) + "," +
                              field(client.signature_kind) + "," + field(name_of(client));
    for (const running::ObservedVisits& visits : client.visits) {
      text += facts + "," + field(visits.at.server) + "," + field(visits.at.listen) + "," +
              base::rfc3339(visits.first_seen) + "," + base::rfc3339(visits.last_seen) + "," +
              std::to_string(visits.connections) + "," +
              (visits.last_code >= 0 ? std::to_string(visits.last_code) : "") + "," +
              field(answer_text(visits.last_code)) + "\r\n";
    }
  }
  return text;
}

}  // namespace mtls::reports::clients
