// The recipes of README.md and examples/ci: their shell is taken out and run against a healthy host
// and against hosts with a fault. Green there, red here.
#include <yaml-cpp/yaml.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;

std::string source(const std::string& path) {
  std::ifstream in(fs::path(SOURCE_ROOT) / path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

struct Fault {
  const char* name;
  std::function<void(struct Repository&)> plant;
};

/// A repository with nginx/nginx.conf, its PKI and the settings, and a PATH with the program.
struct Repository {
  TempDir dir;
  Minted ca = authority("CA", days{1000});
  Minted intermediate = testing_intermediate();
  std::string verify = "ssl_verify_client on; ssl_verify_depth 2;";
  std::string more;  // of the http block
  std::string bundle = ca.certificate_pem;
  days server_ends{31};  // what certbot renews tomorrow
  days crl_age{3};       // of 20
  Minted phone = client_until("phone", ca, days{200});
  std::string phone_chain = phone.certificate_pem;

  Minted testing_intermediate() const {
    mtls::testing::CertificateSpec spec = mtls::testing::ca_spec("CN=Issuing", &ca);
    spec.not_before = now() - 24h;
    spec.not_after = now() + days{900};
    return mtls::testing::mint(spec);
  }

  static Minted client_until(const std::string& name, const Minted& issuer, days ends) {
    mtls::testing::CertificateSpec spec = mtls::testing::client_spec("CN=" + name, issuer);
    spec.not_before = now() - 24h;
    spec.not_after = now() + ends;
    return mtls::testing::mint(spec);
  }

  std::string crl(const Minted& issuer) const {
    return mtls::testing::mint_crl({.issuer = &issuer,
                                    .this_update = now() - crl_age,
                                    .next_update = now() - crl_age + days{20},
                                    .revoked = {}});
  }

  void write() {
    mtls::testing::CertificateSpec server;
    server.subject = "CN=a";
    server.dns_names = {"a"};
    server.not_before = now() - days{50};
    server.not_after = now() + server_ends;
    server.extended_key_usage = "serverAuth";
    const Minted minted = mtls::testing::mint(server);
    dir.write("nginx/server.pem", minted.certificate_pem);
    dir.write("nginx/server.key", minted.key_pem);
    dir.write("nginx/ca.pem", bundle);
    dir.write("nginx/ca.crl", crl(ca) + crl(intermediate));
    dir.write("nginx/phone.pem", phone_chain);
    dir.write("nginx/exporter.yml", "canaries: [{name: phone, certificate: phone.pem}]\n");
    dir.write("nginx/nginx.conf",
              nginx_conf(more + tls_server("a", verify + " ssl_client_certificate ca.pem;"
                                                         " ssl_crl ca.crl;"
                                                         " location / { root html; }")));
    fs::create_directories(dir.path("bin"));
    if (!fs::exists(dir.path("bin/nginx-mtls-exporter")))
      fs::create_symlink(EXPORTER_BINARY, dir.path("bin/nginx-mtls-exporter"));
  }

  /// The exit code of a script in the repository.
  Outcome run(const std::string& shell, const std::string& script,
              const std::string& variables = "") const {
    const std::string text = "cd '" + dir.path() + "'\nPATH='" + dir.path("bin") + "':$PATH\n" +
                             "export PATH\n" + variables + "\n" + script;
    ChildProcess process({.argv = {shell, "-c", text}});
    return outcome_of(process);
  }
};

// Each of them breaks a host, or will within 30 days.
std::vector<Fault> faults() {
  return {
      {"a client CA ends in 10 days",
       [](Repository& host) {
         host.ca = authority("CA", days{10});
         host.bundle = host.ca.certificate_pem;
         host.intermediate = host.testing_intermediate();
         host.phone_chain = Repository::client_until("phone", host.ca, days{200}).certificate_pem;
       }},
      {"the CRL is stale", [](Repository& host) { host.crl_age = days{21}; }},
      {"the job that renews the CRL has stopped",
       [](Repository& host) { host.crl_age = days{16}; }},
      {"no CRL of the intermediate",
       [](Repository& host) {
         host.bundle += host.intermediate.certificate_pem;
         host.intermediate = authority("Another");
       }},
      {"clients without a certificate are served",
       [](Repository& host) { host.verify = "ssl_verify_client optional; ssl_verify_depth 2;"; }},
      {"the known client is of another CA",
       [](Repository& host) {
         host.phone_chain =
             Repository::client_until("phone", authority("Another"), days{200}).certificate_pem;
       }},
      {"the known client ends in 20 days",
       [](Repository& host) {
         host.phone_chain = Repository::client_until("phone", host.ca, days{20}).certificate_pem;
       }},
      {"the known client needs more depth",
       [](Repository& host) {
         host.verify = "ssl_verify_client on; ssl_verify_depth 0;";
         host.phone_chain =
             Repository::client_until("phone", host.intermediate, days{200}).certificate_pem +
             host.intermediate.certificate_pem;
       }},
      {"a leaf in place of the CA",
       [](Repository& host) { host.bundle = host.phone.certificate_pem; }},
      {"the server's certificate ends in 10 days",
       [](Repository& host) { host.server_ends = days{10}; }},
      {"nginx refuses the text", [](Repository& host) { host.verify = "ssl_verify_client yes;"; }},
      {"nginx refuses the bundle", [](Repository& host) { host.bundle = "nonsense"; }},
  };
}

// Healthy, and then each of the faults that this recipe has to find.
void expect_green_and_red(const std::string& shell, const std::string& script,
                          const std::function<bool(const Fault&)>& finds,
                          const std::string& variables = "",
                          const std::function<bool(const Repository&)>& is_red_beside = nullptr) {
  const auto is_red = [&](const Repository& host, const Outcome& outcome) {
    return outcome.code != 0 || (is_red_beside != nullptr && is_red_beside(host));
  };
  {
    Repository healthy;
    healthy.write();
    const Outcome outcome = healthy.run(shell, script, variables);
    CAPTURE(script, outcome.output, outcome.error);
    CHECK_FALSE(is_red(healthy, outcome));
  }
  for (const Fault& fault : faults()) {
    if (!finds(fault)) continue;
    Repository host;
    fault.plant(host);
    host.write();
    const Outcome outcome = host.run(shell, script, variables);
    CAPTURE(fault.name, script, outcome.output, outcome.error);
    CHECK(is_red(host, outcome));
    CHECK(outcome.code != 127);
  }
}

bool every(const Fault& /*fault*/) { return true; }

// Whatever stops clients, or nginx, now.
bool is_now(const Fault& fault) {
  const std::string name = fault.name;
  return name.find(" ends in ") == std::string::npos && name.find("the job") == std::string::npos &&
         name.find("another CA") == std::string::npos && name.find("known") == std::string::npos;
}

// The indented lines of a section of README.md up to the first line of prose behind them.
std::string shell_of_readme(const std::string& heading) {
  const std::string text = source("README.md");
  std::istringstream in(text.substr(text.find("\n" + heading + "\n") + heading.size() + 2));
  std::string script;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("    ")) {
      script += line.substr(4) + "\n";
    } else if (!line.empty()) {
      break;
    }
  }
  return script;
}

std::string variables_of(const YAML::Node& node) {
  std::string text;
  for (const auto& entry : node)
    text +=
        "export " + entry.first.as<std::string>() + "='" + entry.second.as<std::string>() + "'\n";
  return text;
}

}  // namespace

TEST_CASE("recipes: that of the README is green on a healthy host and red on each fault") {
  expect_green_and_red("/bin/sh", shell_of_readme("## In CI"), every);
}

TEST_CASE("recipes: the plain shell") {
  const std::string script =
      "'" + (fs::path(SOURCE_ROOT) / "examples/ci/preflight.sh").string() + "' nginx/nginx.conf";
  expect_green_and_red("/bin/sh", script, [](const Fault& fault) {
    return std::string(fault.name).find("known client") == std::string::npos;  // it has no settings
  });
}

TEST_CASE("recipes: GitLab CI") {
  const YAML::Node job = YAML::Load(source("examples/ci/gitlab-ci.yml"))["nginx-mtls"];
  std::string script = "set -e\n";
  for (const auto& line : job["script"]) script += line.as<std::string>() + "\n";
  expect_green_and_red("/bin/sh", script, every, variables_of(job["variables"]));
  Repository host;
  host.write();
  CHECK(host.run("/bin/sh", script, variables_of(job["variables"])).code == 0);
  for (const auto& report : job["artifacts"]["reports"]["junit"])
    CHECK(fs::file_size(host.dir.path(report.as<std::string>())) > 100);
}

TEST_CASE("recipes: GitHub Actions, on a push and in a pull request") {
  const YAML::Node workflow = YAML::Load(source("examples/ci/github-actions.yml"));
  const YAML::Node job = workflow["jobs"]["preflight"];
  // What the runner does: steps in turn, after a failure those with always() alone.
  const auto script_of = [&](const std::string& event) {
    std::string script = "failed=0\n";
    for (const auto& step : job["steps"]) {
      if (!step["run"]) continue;
      const std::string condition = step["if"] ? step["if"].as<std::string>() : "";
      const bool is_pull = condition.find("== 'pull_request'") != std::string::npos;
      const bool is_other = condition.find("!= 'pull_request'") != std::string::npos;
      if ((is_pull && event != "pull_request") || (is_other && event == "pull_request")) continue;
      const std::string run = "(set -e\n" + step["run"].as<std::string>() + "\n) || failed=1\n";
      script +=
          condition.starts_with("always()") ? run : "if [ $failed = 0 ]; then\n" + run + "fi\n";
    }
    return script + "exit $failed\n";
  };
  const std::string variables = variables_of(workflow["env"]);
  expect_green_and_red("/bin/bash", script_of("push"), every, variables);

  Repository host;
  host.write();
  CHECK(host.run("/bin/bash", script_of("push"), variables).code == 0);
  CHECK_THAT(source("examples/ci/github-actions.yml"),
             Catch::Contains("sarif_file: nginx-mtls.sarif"));
  CHECK(fs::file_size(host.dir.path("nginx-mtls.sarif")) > 100);

  // The base of the pull request has a fault of its own, which is no reason to refuse the request.
  const std::string git =
      "export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.test "
      "GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.test\n"
      "export RUNNER_TEMP=\"$PWD/temp\" GITHUB_BASE_REF=main\n";
  const std::string commit_base =
      "rm -rf .git temp; mkdir temp; git init -q -b main && git add nginx && git commit -qm base "
      "&& "
      "git update-ref refs/remotes/origin/main HEAD\n";
  Repository request;
  request.more = tls_server("old",
                            "ssl_verify_client optional; ssl_client_certificate ca.pem;"
                            " ssl_crl ca.crl; location / { root html; }");
  request.write();
  REQUIRE(request.run("/bin/bash", git + commit_base).code == 0);
  const std::string compare =
      git + "rm -rf temp; git worktree prune; mkdir temp\n" + script_of("pull_request");
  const Outcome same = request.run("/bin/bash", compare, variables);
  CAPTURE(same.output, same.error);
  CHECK(same.code == 0);
  request.verify = "ssl_verify_client optional; ssl_verify_depth 2;";
  request.write();
  const Outcome worse = request.run("/bin/bash", compare, variables);
  CHECK(worse.code == 1);
  CHECK_THAT(worse.output, Catch::Contains("title=verify-optional-unguarded::http/a/"));
}

TEST_CASE("recipes: pre-commit, which runs the words of the entry without a shell") {
  const YAML::Node config = YAML::Load(source("examples/ci/pre-commit-config.yaml"));
  const YAML::Node hook = config["repos"][0]["hooks"][0];
  CHECK(hook["language"].as<std::string>() == "system");
  CHECK(std::regex_search("nginx/conf.d/a.conf", std::regex(hook["files"].as<std::string>())));
  expect_green_and_red("/bin/sh", hook["entry"].as<std::string>(), is_now);
}

TEST_CASE("recipes: the Ansible task fails before the reload") {
  const YAML::Node tasks = YAML::Load(source("examples/ci/ansible-tasks.yml"));
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0]["failed_when"].as<std::string>() == "nginx_mtls.rc != 0");
  CHECK(tasks[1]["ansible.builtin.systemd_service"]["state"].as<std::string>() == "reloaded");
  std::string command;
  for (const auto& word : tasks[0]["ansible.builtin.command"]["argv"]) {
    const std::regex variable("\\{\\{ nginx_conf \\|[^}]*\\}\\}");
    command +=
        "'" + std::regex_replace(word.as<std::string>(), variable, "nginx/nginx.conf") + "' ";
  }
  expect_green_and_red("/bin/sh", command, is_now);
}

TEST_CASE("recipes: Jenkins, where the junit step judges the report") {
  const std::string text = source("examples/ci/Jenkinsfile");
  std::smatch found;
  REQUIRE(std::regex_search(text, found, std::regex("sh '''([^']*)'''")));
  const std::string script =
      "set -e\n" + std::regex_replace(found[1].str(), std::regex(R"(\\\\\n)"), "\\\n");
  REQUIRE(std::regex_search(text, found, std::regex("junit '([^']*)'")));
  const std::string report = found[1].str();
  expect_green_and_red("/bin/sh", script, is_now, "", [&](const Repository& host) {
    std::ifstream in(host.dir.path(report));
    const std::string xml{std::istreambuf_iterator<char>(in), {}};
    REQUIRE(xml.find("<testsuites") != std::string::npos);
    return xml.find("<failure") != std::string::npos;
  });
}

}  // namespace mtls::daemon::testing
