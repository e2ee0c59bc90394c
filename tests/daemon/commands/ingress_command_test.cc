// `check --ingress` with the real binary: manifests in, findings at their lines out.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/daemon/commands/run.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;

std::string indented(const std::string& text, const std::string& blanks) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    result += blanks + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return result;
}

struct Scene {
  TempDir dir;
  Minted ca = authority("CA");
  std::string ada = dir.write("ada.pem", client("ada", ca).certificate_pem);

  // `annotations`: lines for lines 6 and later. Line 13 has the host where there are two of them.
  std::string manifest(const std::string& name, const std::string& annotations,
                       const std::string& tls = "  tls: [{hosts: [shop.example]}]\n") const {
    return dir.write(
        name,
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n"
        "  annotations:\n" +
            indented(annotations, "    nginx.ingress.kubernetes.io/") + "spec:\n" + tls +
            "  rules:\n  - host: shop.example\n    http:\n      paths:\n"
            "      - path: /\n        backend:\n          service:\n            name: web\n"
            "            port: {number: 80}\n---\nkind: Secret\nmetadata: {name: ca}\n"
            "stringData:\n  ca.crt: |\n" +
            indented(ca.certificate_pem, "    "));
  }

  Outcome check(const std::string& file, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"check", "--ingress", file, "--client-cert", "ada=" + ada,
                               "--client-cert", "nobody="});
    return run(more);
  }
};

constexpr const char* kOn = "auth-tls-secret: default/ca\nauth-tls-verify-client: \"on\"\n";

}  // namespace

TEST_CASE("ingress: a sound one is clean, and its clients are judged by the Secret beside it") {
  const Scene scene;
  const Outcome outcome = scene.check(scene.manifest("web.yaml", kOn), {"--format=json"});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 0);
  const json document = json::parse(outcome.output);
  json shop;
  for (const json& server : document.at("servers")) {
    if (server.at("id") == "http/shop.example/0.0.0.0:80") shop = server;
  }
  CHECK(shop.at("enforced") == true);
  CHECK(shop.at("clients").at(0).at("accepted") == true);
  CHECK(shop.at("clients").at(1).at("accepted") == false);
}

TEST_CASE("ingress: what lets others in is found at the line of its annotation") {
  const Scene scene;
  const std::string optional = scene.manifest(
      "optional.yaml", "auth-tls-secret: default/ca\nauth-tls-verify-client: optional\n");
  const Outcome found = scene.check(optional, {"--format=github", "--fail-on=info"});
  CAPTURE(found.output, found.error);
  CHECK(found.code == 1);
  CHECK_THAT(found.output, Catch::Contains("file=" + optional + ",line=7,"));
  // Without TLS of the host, ingress-nginx serves plain HTTP beside it.
  const std::string plain = scene.manifest("plain.yaml", kOn, "");
  const Outcome open = scene.check(plain, {"--format=json"});
  CAPTURE(open.output);
  CHECK(open.code == 1);
  CHECK_THAT(open.output, Catch::Contains("\"served-without-tls\""));
}

TEST_CASE("ingress: the nginx and its modules are the controller's, not this machine's") {
  const Scene scene;
  const Outcome outcome = scene.check(
      scene.manifest("web.yaml",
                     std::string(kOn) + "configuration-snippet: 'more_set_headers \"A: b\";'\n"),
      {"--format=json"});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 0);
  CHECK(json::parse(outcome.output).at("nginx").at("version") == "1.27.1");
}

TEST_CASE("ingress: a Secret that is not in the files is told, and is no refusal") {
  const Scene scene;
  const Outcome outcome = scene.check(
      scene.manifest("web.yaml", "auth-tls-secret: default/other\nauth-tls-verify-client: on\n"),
      {"--fail-on=never"});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.output, Catch::Contains("file-missing"));
  CHECK_THAT(outcome.output, Catch::Contains("(Secret default/other)/ca.crt"));
}

TEST_CASE("ingress: it is compared with another manifest, and flags that contradict it are told") {
  const Scene scene;
  const std::string before = scene.manifest("before.yaml", kOn);
  const std::string after = scene.manifest(
      "after.yaml", "auth-tls-secret: default/ca\nauth-tls-verify-client: optional\n");
  const Outcome worse = scene.check(after, {"--against", before});
  CAPTURE(worse.output, worse.error);
  CHECK(worse.code == 1);
  CHECK(scene.check(before, {"--against", after}).code == 0);
  CHECK(scene.check(before, {"--nginx.dump=-"}).code == 2);
  CHECK(scene.check(before, {"--root=/"}).code == 2);
  CHECK(scene.check(scene.dir.write("no.yaml", "kind: Pod\n")).code == 2);
}

}  // namespace mtls::daemon::testing
