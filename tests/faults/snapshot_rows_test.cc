// C17 to C19: how many series there are, and of which files.
#include "tests/faults/fault_scene.h"

namespace mtls::daemon::testing {
namespace {

std::vector<Sample> of_path(const FaultScene& scene, const std::string& path) {
  std::vector<Sample> found;
  for (const Sample& sample : mtls::testing::parse_metrics(scene.scrape())) {
    const auto label = sample.labels.find("path");
    if (label != sample.labels.end() && label->second == path) found.push_back(sample);
  }
  return found;
}

TEST_CASE("C17: two servers that name one file, however they spell it, share its series") {
  FaultScene scene({.servers = asking_server("victim", "victim.pem") +
                               asking_server("second", "./victim.pem") +
                               asking_server("third", "victim.pem")});
  CHECK(mtls::testing::duplicates(mtls::testing::parse_metrics(scene.scrape())).empty());
  const auto verified = [&](const std::string& path) {
    return mtls::testing::find(of_path(scene, path), "nginx_mtls_bundle_verify_success").size();
  };
  CHECK(verified(scene.victim()) == 1);
  run_in(scene.dir, "rm victim.pem");
  CHECK(scene.comes(scene.problem("missing")));
  for (const char* server : {"victim", "second", "third"}) {
    CHECK(scene.exporter().value("nginx_mtls_findings",
                                 {{"rule", "bundle-unreadable"}, {"server", server}}) == 1);
  }
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
}

TEST_CASE("C18: a file that goes away takes its series along, and brings them back") {
  FaultScene scene;
  const auto members = [&] {
    return mtls::testing::find(of_path(scene, scene.victim()), "nginx_mtls_ca_info").size();
  };
  CHECK(members() == 1);
  run_in(scene.dir, "rm victim.pem");
  CHECK(eventually(10s, [&] { return members() == 0; }));
  scene.check_unharmed();
  scene.dir.rename_over("nginx.conf", nginx_conf(asking_server("bystander", "bystander.pem")));
  CHECK(eventually(10s, [&] { return of_path(scene, scene.victim()).empty(); }));
  CHECK(scene.exporter().value("nginx_mtls_server_info", {{"server", "victim"}}) == std::nullopt);
  scene.check_unharmed();
  scene.restore_victim();
  scene.dir.rename_over("nginx.conf", scene.conf);
  scene.check_recovered();
}

std::string many_servers(int count) {
  std::string servers;
  for (int n = 0; n < count; ++n)
    servers += asking_server("s" + std::to_string(n), "b" + std::to_string(n % 20) + ".pem");
  return servers;
}

TEST_CASE("C19: above limits.max_series detail is dropped first, and what is left out is counted") {
  FaultScene scene({.settings = "limits: {max_series: 3000}\n"});
  for (int n = 0; n < 20; ++n) {
    const std::string name = "b" + std::to_string(n);
    scene.dir.write(name + ".pem",
                    authority(name).certificate_pem + authority(name).certificate_pem);
  }
  scene.dir.rename_over("nginx.conf",
                        nginx_conf(asking_server("bystander", "bystander.pem") +
                                   asking_server("victim", "victim.pem") + many_servers(400)));
  CHECK(scene.comes({.name = "nginx_mtls_config_servers", .value = 402}));
  const auto samples = mtls::testing::parse_metrics(scene.scrape());
  const auto count = [&](const char* name) { return mtls::testing::find(samples, name).size(); };
  CHECK(count("nginx_mtls_server_info") == 402);
  CHECK(count("nginx_mtls_server_enforced") == 402);
  CHECK(count("nginx_mtls_bundle_verify_success") == 22);
  CHECK(count("nginx_mtls_ca_info") == 0);
  CHECK(count("nginx_mtls_ca_not_after_timestamp_seconds") == 0);
  CHECK(mtls::testing::find(samples, "nginx_mtls_series_omitted").front().value ==
        4 * 42 + 2 * 400 + 2);  // of 42 certificates, and of each server that trusts them
  const auto lines = [&](const std::string& words) {
    const std::string log = scene.exporter().log();
    std::size_t found = 0;
    for (auto at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) ++found;
    return found;
  };
  CHECK(lines("msg=\"limits.max_series exceeded") == 1);
  CHECK(lines("msg=\"limits.max_series no longer exceeded") == 0);
  scene.dir.rename_over("nginx.conf", scene.conf);
  CHECK(scene.comes({.name = "nginx_mtls_series_omitted", .value = 0}));
  CHECK(lines("msg=\"limits.max_series exceeded") == 1);
  CHECK(lines("msg=\"limits.max_series no longer exceeded") == 1);
  scene.check_recovered();
}

}  // namespace
}  // namespace mtls::daemon::testing
