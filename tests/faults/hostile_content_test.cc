// F4 to F6, F8, F10: regular files whose content is half-written, broken, odd or endlessly nested,
// or whose names are not text.
#include <unistd.h>

#include "tests/faults/fault_scene.h"

#include <algorithm>

namespace mtls::daemon::testing {
namespace {

std::string three_certificates() {
  std::string bundle;
  for (const char* name : {"one", "two", "three"}) bundle += authority(name).certificate_pem;
  return bundle;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// A bundle cut outside a block is just a smaller bundle to every reader; OpenSSL takes an
// unfinished BEGIN line for text between blocks.
bool ends_whole(const std::string& text) {
  return count_of(text, "-----BEGIN CERTIFICATE-----\n") ==
         count_of(text, "-----END CERTIFICATE-----");
}

std::size_t cut_step() {
  const char* step = std::getenv("MTLS_CUT_STEP");
  return step == nullptr ? 97 : static_cast<std::size_t>(std::atoi(step));
}

TEST_CASE("F4: a bundle cut anywhere keeps its last good content while it settles") {
  FaultScene scene;
  const std::string whole = three_certificates();
  const auto valid = [&] {
    return scene.exporter().value("nginx_mtls_bundle_certificates",
                                  {{"path", scene.victim()}, {"state", "valid"}});
  };
  scene.dir.rename_over("victim.pem", whole);
  REQUIRE(eventually(10s, [&] { return valid() == 3; }));
  std::size_t settled = 0;
  for (std::size_t cut = 1; cut < whole.size(); cut += cut_step()) {
    CAPTURE(cut);
    const std::string half = whole.substr(0, cut);
    scene.dir.write("victim.pem", half);
    if (!ends_whole(half)) {
      ++settled;
      CHECK(scene.comes(scene.problem("settling")));
      CHECK(valid() == 3);
      CHECK(scene.exporter().shows(scene.problem("parse_error", 0)));
    }
    scene.dir.write("victim.pem", whole);
    CHECK(eventually(
        10s, [&] { return scene.exporter().shows(scene.problem("settling", 0)) && valid() == 3; }));
  }
  CHECK(settled > 10);
  scene.check_unharmed();
  scene.dir.write("victim.pem", whole.substr(0, whole.size() / 2));
  CHECK(scene.comes(scene.problem("parse_error"), 15s));
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
}

TEST_CASE(
    "F5: good blocks around a broken one count; the broken one and nginx's refusal are reported") {
  FaultScene scene;
  const std::string broken =
      "-----BEGIN CERTIFICATE-----\nMIIBrokenBroken\n-----END CERTIFICATE-----\n";
  run_in(scene.dir, "rm victim.pem");
  CHECK(scene.comes(scene.problem("missing")));  // so that there is no last good content to keep
  scene.dir.rename_over(
      "victim.pem", authority("one").certificate_pem + broken + authority("two").certificate_pem);
  CHECK(scene.comes(scene.problem("bad_block")));
  CHECK(scene.exporter().value("nginx_mtls_bundle_certificates",
                               {{"path", scene.victim()}, {"state", "valid"}}) == 2);
  CHECK(scene.exporter().value("nginx_mtls_findings", {{"rule", "nginx-refuses-config"}}) == 1);
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

struct Odd {
  const char* name;
  std::string text;
};

std::vector<Odd> odd_bundles(const Minted& ca) {
  const std::string& pem = ca.certificate_pem;
  const std::string parameters =
      "-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQU=\n-----END DH PARAMETERS-----\n";
  const std::string label = "CERTIFICATE-----\n";
  return {
      {"an encrypted header", replaced(pem, "BEGIN " + label,
                                       "BEGIN " + label +
                                           "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                                           "00112233445566778899AABBCCDDEEFF\n\n")},
      {"TRUSTED CERTIFICATE", replaced(pem, "CERTIFICATE", "TRUSTED CERTIFICATE")},
      {"a key before it", ca.key_pem + pem},
      {"a key behind it", pem + ca.key_pem},
      {"parameters before it", parameters + pem},
      {"CRLF", replaced(pem, "\n", "\r\n")},
      {"a byte order mark", "\xEF\xBB\xBF" + pem},
      {"a NUL before it", std::string("\0\n", 2) + pem},
      {"a NUL inside", pem.substr(0, 200) + std::string(1, '\0') + pem.substr(200)},
      {"no last line end", pem.substr(0, pem.size() - 1)},
      {"text around it", "subject=CA\n" + pem + "the end\n"},
      {"nothing", ""},
      {"only text", "no certificate here\n"},
  };
}

bool nginx_takes(const TempDir& dir, const std::string& conf) {
  const std::string test =
      "/usr/sbin/nginx -t -q -e stderr -p . -c " + conf + " -g 'pid nginx.pid;' >nginx.log 2>&1";
  return std::system(("cd '" + dir.path() + "' && " + test).c_str()) == 0;
}

bool exporter_takes(const TempDir& dir, const std::string& conf) {
  ChildProcess check = exporter({"check", "--fail-on", "never", "--nginx.prefix", dir.path(),
                                 "--nginx.conf", dir.path(conf)});
  return outcome_of(check).code == 0;
}

TEST_CASE("F6: a bundle of odd form is accepted or refused exactly as by nginx") {
  if (::access("/usr/sbin/nginx", X_OK) != 0) {
    WARN("skipped: there is no /usr/sbin/nginx to ask");
    return;
  }
  FaultScene scene;
  const std::vector<Odd> bundles = odd_bundles(authority("Odd"));
  std::string servers;
  for (std::size_t n = 0; n < bundles.size(); ++n) {
    const std::string name = "odd" + std::to_string(n);
    scene.dir.write(name + ".pem", bundles[n].text);
    scene.dir.write(name + ".conf", nginx_conf(asking_server(name, name + ".pem")));
    servers += asking_server(name, name + ".pem");
    const bool taken = nginx_takes(scene.dir, name + ".conf");
    CAPTURE(bundles[n].name, taken, scene.dir.read("nginx.log"));
    CHECK(exporter_takes(scene.dir, name + ".conf") == taken);
  }
  scene.dir.rename_over("nginx.conf", nginx_conf(asking_server("bystander", "bystander.pem") +
                                                 asking_server("victim", "victim.pem") + servers));
  CHECK(eventually(10s, [&] {
    return scene.exporter().value("nginx_mtls_findings", {{"rule", "nginx-refuses-config"}}) >= 1;
  }));
  scene.check_unharmed();
  scene.dir.rename_over("nginx.conf", scene.conf);
  scene.check_recovered();
}

const std::vector<std::pair<const char*, const char*>> kIncludeBombs = {
    {"itself", "echo 'include bomb;' > bomb"},
    {"each other", "echo 'include other;' > bomb; echo 'include bomb;' > other"},
    {"a glob that matches itself",
     "mkdir d; echo 'include d/*;' > d/a; echo 'include d/*;' > bomb"},
    {"a thousand deep",
     "for n in $(seq 1 1000); do echo \"include deep$((n+1));\" > deep$n; done; "
     "echo > deep1001; cp deep1 bomb"},
};

TEST_CASE("F8: endless includes are one refusal and no explosion") {
  FaultScene scene;
  for (const auto& [name, make] : kIncludeBombs) {
    CAPTURE(name);
    run_in(scene.dir, make);
    scene.dir.rename_over("nginx.conf", "include bomb;\n" + scene.conf);
    CHECK(scene.comes({.name = "nginx_mtls_config_parse_success", .value = 0}));
    CHECK(scene.exporter().value("nginx_mtls_findings", {{"rule", "nginx-refuses-config"}}) >= 1);
    scene.check_unharmed();
    scene.dir.rename_over("nginx.conf", scene.conf);
    CHECK(scene.comes({.name = "nginx_mtls_config_parse_success"}));
    scene.check_recovered();
  }
}

TEST_CASE("F8: a glob of ten thousand files is read, and scrapes do not wait for it") {
  FaultScene scene;
  run_in(scene.dir, "mkdir many && cd many && seq 1 10000 | xargs -n 1000 touch");
  scene.dir.rename_over("nginx.conf", "include many/*;\n" + scene.conf);
  CHECK(scene.comes({.name = "nginx_mtls_config_files", .value = 10001}, 60s));
  scene.check_unharmed();
  run_in(scene.dir, "rm -r many");
  scene.check_recovered();
}

TEST_CASE("F10: names that are not text become valid labels, and different names stay different") {
  const std::vector<std::string> names = {"\xff.pem",
                                          "\xfe.pem",
                                          "a\nb.pem",
                                          "quo\"te.pem",
                                          "back\\slash.pem",
                                          "\xe2\x80\xae.pem",
                                          std::string(200, 'n') + ".pem"};
  std::string servers;
  int number = 0;
  for (const std::string& name : names) {
    std::string quoted = replaced(replaced(name, "\\", "\\\\"), "\"", "\\\"");
    servers += tls_server("s" + std::to_string(++number) + "\xff",
                          "ssl_verify_client on; ssl_client_certificate \"" + quoted + "\";");
  }
  servers +=
      "server { listen 127.0.0.1:8443 ssl; server_name runtime; ssl_certificate "
      "/nowhere/$ssl_server_name.pem; ssl_certificate_key server.key; }\n";
  FaultScene scene({.servers = servers + asking_server("victim", "victim.pem")});
  const auto bundles = [&] {
    return mtls::testing::find(mtls::testing::parse_metrics(scene.scrape()),
                               "nginx_mtls_bundle_verify_success");
  };
  CHECK(bundles().size() == names.size() + 2);  // none lost, none merged
  for (const std::string& name : names) scene.dir.write(name, authority("CA").certificate_pem);
  CHECK(eventually(10s, [&] {
    const auto all = bundles();
    return std::all_of(all.begin(), all.end(), [](const Sample& one) { return one.value == 1; });
  }));
  CHECK(scene.exporter().value("nginx_mtls_findings", {{"rule", "runtime-path"}}) == 1);
  CHECK(scene.exporter().value("nginx_mtls_findings", {{"rule", "bundle-unreadable"}}) ==
        std::nullopt);
  scene.check_unharmed();
}

}  // namespace
}  // namespace mtls::daemon::testing
