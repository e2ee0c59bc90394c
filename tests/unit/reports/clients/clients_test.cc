#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "reports/clients/formats.h"
#include "reports/clients/selection.h"
#include "reports/formats/prose.h"
#include "tests/support/pki_maker.h"

namespace mtls::reports {
namespace {

using clients::Selection;
using nlohmann::json;
using running::ObservedClient;
using std::chrono::days;

constexpr base::sys_seconds kNow{std::chrono::seconds{1'800'000'000}};  // 2027-01-15T08:00:00Z

ObservedClient client(char digit, const std::string& ca, days ends_in, days last_seen, int code) {
  return {.fingerprint = std::string(64, digit),
          .issuer_key = ca,
          .serial = "-0a",
          .not_before = kNow - days{100},
          .not_after = kNow + ends_in,
          .key_kind = "EC prime256v1",
          .signature_kind = "ecdsa-with-SHA256",
          .visits = {{.at = {.server = "api.test", .listen = "0.0.0.0:443"},
                      .first_seen = kNow - days{20},
                      .last_seen = kNow - last_seen,
                      .connections = 12,
                      .last_code = code},
                     {.at = {.server = "web.test", .listen = "0.0.0.0:443"},
                      .first_seen = kNow - days{20},
                      .last_seen = kNow - last_seen - days{1},
                      .connections = 3,
                      .last_code = 0}},
          .certificate = {}};
}

const std::string kOld(16, 'a');
const std::string kNew(16, 'b');

std::vector<ObservedClient> three() {
  return {client('1', kOld, days{5}, days{1}, 10), client('2', kNew, days{200}, days{25}, 0),
          client('3', kNew, days{-1}, days{2}, -1)};
}

std::string chosen(const Selection& selection) {
  std::string text;
  for (const ObservedClient& one : clients::select(three(), selection, kNow))
    text += one.fingerprint.substr(0, 1) + ":" + std::to_string(one.visits.size()) + " ";
  return text;
}

clients::Report report(std::vector<ObservedClient> some) {
  return {.clients = std::move(some), .all = 7, .since = kNow - days{40}, .now = kNow};
}

}  // namespace

TEST_CASE("clients: all that is asked for has to hold, of the client or of its visits") {
  CHECK(chosen(Selection{}) == "1:2 2:2 3:2 ");
  CHECK(chosen({.server = "api.*"}) == "1:1 2:1 3:1 ");
  CHECK(chosen({.server = "no.*"}).empty());
  CHECK(chosen({.ca = kOld}) == "1:2 ");
  CHECK(chosen({.ca = "bb"}) == "2:2 3:2 ");
  CHECK(chosen({.expiring = days{30}}) == "1:2 3:2 ");
  CHECK(chosen({.expiring = days{4}}) == "3:2 ");
  CHECK(chosen({.refused = true}) == "1:1 3:1 ");
  CHECK(chosen({.server = "web.*", .refused = true}).empty());
  CHECK(chosen({.unused_since = days{10}}) == "2:2 ");
  CHECK(chosen({.ca = kOld, .expiring = days{30}, .refused = true}) == "1:1 ");
}

TEST_CASE(
    "clients: a table that fits the terminal, with the reason of each refusal and its remedy") {
  clients::Report some = report(three());
  some.style = formats::TextStyle::kTable;
  const std::string wide = clients::clients_table(some);
  CHECK_THAT(wide, Catch::Contains("CLIENT            CA                SERVER"));
  CHECK_THAT(wide, Catch::Contains("refused: certificate has expired (10)"));
  CHECK_THAT(wide, Catch::Contains("2027-01-14 08:00"));
  CHECK_THAT(wide, Catch::Contains("\n10  "));
  CHECK_THAT(wide, Catch::Contains("3 clients of 7 that came since 2026-12-06 08:00 UTC."));
  for (const std::size_t columns : {80U, 100U, 120U}) {
    some.columns = columns;
    std::string text = clients::clients_table(some);
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      CHECK(formats::width_of(text.substr(0, end)) <= columns);
      text.erase(0, end + 1);
    }
  }
  some.style = formats::TextStyle::kPlain;
  CHECK_THAT(clients::clients_table(some),
             Catch::Contains("client 1111111111111111, CA aaaaaaaaaaaaaaaa, at api.test "
                             "0.0.0.0:443, last seen 2027-01-14 08:00, connections: 12, ends "
                             "2027-01-20 08:00, refused: certificate has expired (10)\n"));
  CHECK(clients::clients_table(report({})) ==
        "0 clients of 7 that came since 2026-12-06 08:00 UTC.\n");
}

TEST_CASE("clients: JSON has what is kept, and the subject only where the certificate is") {
  std::vector<ObservedClient> some = three();
  const auto ca = testing::mint_root("CN=CA");
  const std::string der = testing::as_der(testing::mint_client("CN=billing", ca));
  some[1].certificate.assign(der.begin(), der.end());
  const json document = json::parse(clients::clients_json(report(some)));
  CHECK(document["schema"] == "nginx-mtls-exporter/clients/v1");
  CHECK(document["kept"] == 7);
  CHECK(document["since"] == "2026-12-06T08:00:00Z");
  const json& first = document["clients"][0];
  CHECK(first["fingerprint"] == std::string(64, '1'));
  CHECK(first["ca"] == kOld);
  CHECK(first["subject"].is_null());
  CHECK(first["servers"][0]["accepted"] == false);
  CHECK(first["servers"][0]["code"] == 10);
  CHECK(first["servers"][0]["reason"] == "certificate has expired");
  CHECK(first["servers"][0]["remedy"].get<std::string>().size() > 10);
  CHECK(first["servers"][1]["remedy"].is_null());
  CHECK(document["clients"][1]["subject"] == "CN=billing");
  CHECK(document["clients"][2]["servers"][0]["code"].is_null());
}

TEST_CASE("clients: CSV has a line for each client and server block, and no formulas") {
  std::vector<ObservedClient> some{three()[0]};
  some[0].visits[0].at.server = "=cmd,\"x\"";
  const std::string text = clients::clients_csv(report(some));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK_THAT(text, Catch::StartsWith("fingerprint,ca,serial,"));
  CHECK_THAT(text, Catch::Contains(",'-0a,"));
  CHECK_THAT(text, Catch::Contains(",\"'=cmd,\"\"x\"\"\",0.0.0.0:443,"));
  CHECK_THAT(text, Catch::Contains(",10,refused: certificate has expired (10)\r\n"));
}

}  // namespace mtls::reports
