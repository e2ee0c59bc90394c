#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>

#include "audit/rules/registry.h"
#include "tests/cases/case.h"

namespace mtls::cases {
namespace {

namespace fs = std::filesystem;

std::set<fs::path> directories() {
  std::set<fs::path> found;
  for (const auto& entry : fs::directory_iterator(CASES_DIRECTORY))
    if (entry.is_directory()) found.insert(entry.path());
  return found;
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The lines of known_rules.txt but its comments.
std::set<std::string> known_rules() {
  std::ifstream in(fs::path(CASES_DIRECTORY) / "known_rules.txt");
  std::set<std::string> rules;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) rules.insert(line);
  }
  return rules;
}

std::set<std::string> files_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.insert(entry.path().filename().string());
  return names;
}

void accept(const fs::path& directory) {
  fs::remove_all(directory / "expected");
  fs::create_directories(directory / "expected");
  for (const auto& [file, text] : outcome(directory, known_rules()).texts)
    std::ofstream(directory / "expected" / file, std::ios::binary) << text;
}

void expect_nothing_left(const std::set<std::string>& brought, const std::set<std::string>& named) {
  for (const std::string& name : brought) {
    INFO(name << " is the subject of no case in which it appears");
    CHECK(named.contains(name));
  }
}

}  // namespace

TEST_CASE("cases: a tree, its PKI and its settings give what the case is about") {
  if (std::getenv("MTLS_ACCEPT") != nullptr) {
    for (const fs::path& directory : directories()) accept(directory);
    std::cout << "not run: expected files rewritten, review them with git diff\n";
    return;
  }
  REQUIRE(directories().size() >= 10);
  for (const fs::path& directory : directories()) {
    DYNAMIC_SECTION(directory.filename().string()) {
      const Outcome came = outcome(directory, known_rules());
      for (const std::string& complaint : came.complaints) FAIL_CHECK("subject.yml: " << complaint);
      CHECK(files_in(directory / "expected").size() == came.texts.size());
      for (const auto& [file, text] : came.texts) {
        INFO(file);
        CHECK(text == text_of(directory / "expected" / file));
      }
    }
  }
}

// For formats_test.py, which reads them as their readers do.
TEST_CASE("cases: every format of check is written to MTLS_DOCUMENTS", "[.]") {
  const char* to = std::getenv("MTLS_DOCUMENTS");
  REQUIRE(to != nullptr);
  for (const fs::path& directory : directories()) {
    for (const auto& [format, text] : documents(directory))
      std::ofstream(fs::path(to) / (directory.filename().string() + "." + format)) << text;
  }
}

// For inputs_test.py, which runs nginx and check on them.
TEST_CASE("cases: every tree is written to MTLS_TREES", "[.]") {
  const char* to = std::getenv("MTLS_TREES");
  REQUIRE(to != nullptr);
  for (const fs::path& directory : directories())
    write_tree(directory, fs::path(to) / directory.filename());
}

TEST_CASE("cases: each finding and family that a case brings about is the subject of one") {
  Subject all;
  Outcome brought;
  for (const fs::path& directory : directories()) {
    const Subject subject = read_subject(text_of(directory / "subject.yml"));
    all.findings.insert(subject.findings.begin(), subject.findings.end());
    all.metrics.insert(subject.metrics.begin(), subject.metrics.end());
    const Outcome came = outcome(directory, {});
    brought.rules.insert(came.rules.begin(), came.rules.end());
    brought.families.insert(came.families.begin(), came.families.end());
  }
  expect_nothing_left(brought.rules, all.findings);
  expect_nothing_left(brought.families, all.metrics);
}

TEST_CASE("cases: a subject that names what does not appear, or not what does, is reported") {
  const std::map<std::string, std::string> whole{
      {"contexts.txt", "http a\n  enforced: yes\n  canary c: SUCCESS\n"},
      {"findings.txt", "critical ca-expired at -: x\nwarning weak-key at -: y\n"},
      {"metrics.prom",
       "# HELP nginx_mtls_findings x\nnginx_mtls_findings{rule=\"ca-expired\"} 1\n"
       "nginx_mtls_findings{rule=\"weak-key\"} 1\n# HELP nginx_mtls_ca_info x\n"},
      {"crossplane.json", "{}\n"}};
  const Subject good{.findings = {"ca-expired"},
                     .beside = {"weak-key"},
                     .metrics = {"findings"},
                     .contexts = {"canary"},
                     .crossplane = false};
  const Outcome kept = select(good, whole, {"ca-expired", "weak-key"});
  CHECK(kept.complaints.empty());
  CHECK(kept.texts ==
        std::map<std::string, std::string>{
            {"contexts.txt", "http a\n  canary c: SUCCESS\n"},
            {"findings.txt", "critical ca-expired at -: x\n"},
            {"metrics.prom",
             "# HELP nginx_mtls_findings x\nnginx_mtls_findings{rule=\"ca-expired\"} 1\n"}});
  Subject silent = good;
  silent.beside = {};
  CHECK(select(silent, whole, {"ca-expired"}).complaints.empty());  // weak-key is a new rule
  const Subject bad{.findings = {"ca-expire"},
                    .beside = {"weak-keys"},
                    .metrics = {"ca_infos"},
                    .contexts = {"enforce"},
                    .crossplane = false};
  CHECK(select(bad, whole, {"weak-key"}).complaints ==
        std::vector<std::string>{
            "findings: ca-expire never appears", "beside: weak-keys never appears",
            "metrics: ca_infos never appears", "contexts: enforce never appears",
            "neither findings nor beside names weak-key"});
}

TEST_CASE("cases: known_rules.txt names rules that there are") {
  CHECK(known_rules().size() > 50);
  for (const std::string& id : known_rules()) {
    INFO(id);
    CHECK(audit::rules::find_rule(id) != nullptr);
  }
}

}  // namespace mtls::cases
