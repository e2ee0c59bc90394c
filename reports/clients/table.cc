#include <algorithm>
#include <map>

#include "base/text.h"
#include "catalogue/verify_codes.h"
#include "reports/clients/formats.h"
#include "reports/formats/check_tables.h"
#include "reports/formats/prose.h"

namespace mtls::reports::clients {
namespace {

using formats::Paint;
using formats::Row;
using running::ObservedClient;
using running::ObservedVisits;

constexpr std::size_t kLabelDigits = 16;
constexpr std::size_t kMinuteText = 16;  // 2026-12-01T09:30

// To the minute: `2026-12-01 09:30`.
std::string minute(base::sys_seconds at) {
  std::string text = base::rfc3339(at).substr(0, kMinuteText);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

Row head() {
  return {{.text = "CLIENT"},      {.text = "CA"},   {.text = "SERVER"}, {.text = "LAST SEEN"},
          {.text = "CONNECTIONS"}, {.text = "ENDS"}, {.text = "ANSWER"}, {.text = "NAME"}};
}

Row row_of(const ObservedClient& client, const ObservedVisits& visits, base::sys_seconds now) {
  const bool is_accepted = visits.last_code == 0;
  const bool has_ended = client.not_after <= now;
  return {{.text = client.fingerprint.substr(0, kLabelDigits), .before = "client "},
          {.text = base::sanitize(client.issuer_key), .before = ", CA "},
          {.text = base::sanitize(visits.at.server + " " + visits.at.listen), .before = ", at "},
          {.text = minute(visits.last_seen), .before = ", last seen "},
          {.text = std::to_string(visits.connections), .before = ", connections: "},
          {.text = minute(client.not_after),
           .paint = has_ended ? Paint::kBad : Paint::kNone,
           .before = ", ends "},
          {.text = answer_text(visits.last_code),
           .paint = is_accepted ? Paint::kGood : Paint::kBad,
           .before = ", "},
          {.text = name_of(client), .before = ", "}};
}

// What to do about each code, once.
std::string remedies(const Report& report) {
  std::map<int, std::size_t> refused;
  for (const ObservedClient& client : report.clients) {
    for (const ObservedVisits& visits : client.visits) {
      if (visits.last_code > 0) ++refused[visits.last_code];
    }
  }
  std::string text;
  for (const auto& [code, count] : refused) {
    const catalogue::VerifyCode* known = catalogue::find_verify_code(code);
    if (known == nullptr) continue;
    text += formats::wrapped(std::to_string(code) + "  ",
                             std::string(known->meaning) + " " + std::string(known->remedy),
                             report.columns > 0 ? report.columns : formats::kTextWidth);
  }
  return text.empty() ? "" : text + "\n";
}

}  // namespace

std::string clients_table(const Report& report) {
  std::vector<Row> rows{head()};
  for (const ObservedClient& client : report.clients) {
    for (const ObservedVisits& visits : client.visits)
      rows.push_back(row_of(client, visits, report.now));
  }
  const std::string count = std::to_string(report.clients.size());
  return formats::table_text(rows, report.style, report.columns) + remedies(report) +
         formats::wrapped("", count + (report.clients.size() == 1 ? " client" : " clients") +
                                  " of " + std::to_string(report.all) + " that came since " +
                                  minute(report.since) + " UTC.");
}

}  // namespace mtls::reports::clients
