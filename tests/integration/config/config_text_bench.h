// One configuration, judged by real nginx and by us: the first complaint of each, as nginx prints
// it.
#pragma once

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "config/include.h"
#include "config/resolve.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"

namespace mtls::config {

namespace fs = std::filesystem;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "config-text-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// File contents by name; `@` in them stands for the directory.
using Tree = std::map<std::string, std::string>;

inline std::string with_directory(std::string text, const std::string& directory) {
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at)) {
    text.replace(at, 1, directory);
  }
  return text;
}

// The first complaint with its ` in FILE:LINE`; "" when nginx accepts.
inline std::string nginx_says(const std::string& directory, const std::string& globals = "") {
  const std::string command = testing::nginx_under_test() + " -t -q -p " + directory + "/ -c " +
                              directory + "/nginx.conf -g 'pid " + directory +
                              "/pid; error_log stderr; " + globals + "' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> chunk{};
  for (std::size_t n = 0; (n = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    output.append(chunk.data(), n);
  }
  if (pclose(pipe) == 0) return "";
  for (const std::string level : {"[emerg] ", "[crit] "}) {
    const std::size_t at = output.find(level);
    if (at == std::string::npos) continue;
    std::string line = output.substr(at, output.find('\n', at) - at);
    return line.substr(line.find(": ") + 2);  // after PID#TID
  }
  return "nginx failed without a word: " + output;
}

inline std::string printed(const syntax::Diagnostic& diagnostic, const syntax::Document& document) {
  if (!diagnostic.at) return diagnostic.message;
  return diagnostic.message + " in " + document.path_of(diagnostic.at->file) + ":" +
         std::to_string(diagnostic.at->line);
}

// Our complaint that comes first in nginx's order.
inline std::string we_say(base::FileSystem& disk, const std::string& main_path,
                          const std::string& globals = "") {
  static const NginxBuild build = testing::build_under_test();
  const syntax::Document document = load_document(
      disk, main_path, {.build = build, .globals = "pid x; " + globals, .limits = {}});
  auto all = document.diagnostics;
  const auto more = resolve(document, main_path, build).diagnostics;
  all.insert(all.end(), more.begin(), more.end());
  const auto first = std::ranges::min_element(all, {}, &syntax::Diagnostic::when);
  return first == all.end() ? "" : printed(*first, document);
}

struct Verdicts {
  std::string nginx;
  std::string ours;
};

inline Verdicts judge(const Tree& tree, const std::string& globals = "") {
  const TemporaryDirectory directory;
  daemon::system::Disk disk;
  for (const auto& [name, content] : tree) {
    const std::string path = directory.path() + "/" + name;
    const std::string text = with_directory(content, directory.path());
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  const std::string said = with_directory(globals, directory.path());
  return {nginx_says(directory.path(), said), we_say(disk, directory.path() + "/nginx.conf", said)};
}

inline std::string in_http(const std::string& text) {
  return "events {}\nhttp {\n" + text + "\n}\n";
}
inline std::string in_server(const std::string& text) {
  return in_http("server {\nlisten 127.0.0.1:8080;\n" + text + "\n}");
}
inline std::string run(std::size_t count) { return std::string(count, 'a'); }

/// Fails unless both have the same complaint, or neither has one.
inline void check_same(const Tree& tree) {
  CAPTURE(tree);
  const Verdicts verdicts = judge(tree);
  CHECK(verdicts.ours == verdicts.nginx);
}

}  // namespace mtls::config
