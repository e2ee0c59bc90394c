#include "reports/json.h"

#include "catalogue/verify_codes.h"
#include "reports/clients/formats.h"

namespace mtls::reports::clients {
namespace {

using running::ObservedClient;
using running::ObservedVisits;

Json visits_json(const ObservedVisits& visits) {
  const int code = visits.last_code;
  const catalogue::VerifyCode* known = code > 0 ? catalogue::find_verify_code(code) : nullptr;
  return {{"server", visits.at.server},
          {"listen", visits.at.listen},
          {"first_seen", base::rfc3339(visits.first_seen)},
          {"last_seen", base::rfc3339(visits.last_seen)},
          {"connections", visits.connections},
          {"accepted", code == 0},
          {"code", code >= 0 ? Json(code) : Json()},
          {"reason", known != nullptr ? Json(known->text) : Json()},
          {"remedy", known != nullptr ? Json(known->remedy) : Json()}};
}

Json client_json(const ObservedClient& client) {
  const std::string name = name_of(client);
  Json json{{"fingerprint", client.fingerprint},
            {"ca", client.issuer_key},
            {"serial", client.serial},
            {"not_before", base::rfc3339(client.not_before)},
            {"not_after", base::rfc3339(client.not_after)},
            {"may_be_client", client.may_be_client},
            {"key", client.key_kind},
            {"signature", client.signature_kind},
            {"subject", name.empty() ? Json() : Json(name)},
            {"servers", Json::array()}};
  for (const ObservedVisits& visits : client.visits) json["servers"].push_back(visits_json(visits));
  return json;
}

}  // namespace

std::string clients_json(const Report& report) {
  Json json{{"schema", "nginx-mtls-exporter/clients/v1"},
            {"at", base::rfc3339(report.now)},
            {"since", base::rfc3339(report.since)},
            {"kept", report.all},
            {"clients", Json::array()}};
  for (const ObservedClient& client : report.clients)
    json["clients"].push_back(client_json(client));
  return printed(json);
}

}  // namespace mtls::reports::clients
