#include "reports/formats/against_text.h"

#include "base/text.h"
#include "reports/formats/plain_text.h"

namespace mtls::reports::formats {
namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string line_of(const Issue& issue) {
  std::string text = "BETTER " + std::string(issue.rule);
  if (!issue.server.empty()) text += " at " + base::sanitize(issue.server, base::kMaxPathBytes);
  return text + ": " + base::sanitize(issue.message, base::kMaxPathBytes) + "\n";
}

std::string line_of(const ClientChange& change, std::string_view word) {
  return std::string(word) + " client " + base::sanitize(change.client) + " at " +
         base::sanitize(change.server, base::kMaxPathBytes) + ": " + answer_text(change.now) +
         "; before: " + answer_text(change.before) + "\n";
}

std::string lines_of(const std::vector<std::string>& servers, std::string_view what) {
  std::string text;
  for (const std::string& server : servers)
    text +=
        "server " + base::sanitize(server, base::kMaxPathBytes) + " " + std::string(what) + "\n";
  return text;
}

}  // namespace

std::string against_headline(const Report& report) {
  const Comparison& comparison = *report.against;
  const std::string host = base::sanitize(report.host);
  const std::size_t clients = comparison.worse_clients.size() + comparison.better_clients.size();
  return told((host.empty() ? "" : host + ", ") + "nginx " +
                  to_string(report.assessment.policy().build.version) + ", against " +
                  base::sanitize(report.against_name, base::kMaxPathBytes) + ": " +
                  counted(comparison.worse.size(), "new finding", "new findings") + ", " +
                  std::to_string(comparison.better.size()) + " gone, " +
                  std::to_string(comparison.same) + " as before; " +
                  counted(clients, "client gets another answer", "clients get another answer"),
              report) +
         "\n";
}

std::string against_section(const Report& report) {
  const Comparison& comparison = *report.against;
  std::string text;
  for (const std::string& server : comparison.asks_no_more)
    text += "WORSE  server " + base::sanitize(server, base::kMaxPathBytes) +
            " asks for no client certificate any more\n";
  for (const ClientChange& change : comparison.worse_clients) text += line_of(change, "WORSE ");
  for (const ClientChange& change : comparison.better_clients) text += line_of(change, "BETTER");
  for (const Issue& issue : comparison.better) text += line_of(issue);
  text += lines_of(comparison.new_servers, "is new");
  text += lines_of(comparison.gone_servers, "is gone");
  text += lines_of(comparison.not_comparable,
                   "is not compared for clients: its CA or CRL files are not all there");
  return text.empty() ? "" : text + "\n";
}

}  // namespace mtls::reports::formats
