#include "daemon/settings/policy_source.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

#include "tests/support/elf_maker.h"
#include "tests/support/memory_filesystem.h"

namespace mtls::daemon {
namespace {

constexpr const char* kBinary =
    " nginx/1.22.1\n configure arguments: --prefix=/built --conf-path=conf/n.conf ";

std::string title(const std::string& options) { return "nginx: master process nginx " + options; }

audit::Policy policy_of(const settings::Options& options, testing::MemoryFileSystem& disk) {
  const auto policy = settings::read_policy(options, disk);
  REQUIRE(policy);
  return *policy;
}

}  // namespace

TEST_CASE("policy source: without a running nginx the installed binary gives prefix and conf") {
  testing::MemoryFileSystem disk;
  CHECK(policy_of({}, disk).nginx_conf == "/etc/nginx/nginx.conf");
  disk.put("/usr/sbin/nginx", kBinary);
  const audit::Policy policy = policy_of({}, disk);
  CHECK(policy.nginx_conf == "/built/conf/n.conf");
  CHECK(policy.build.prefix == "/built");
  CHECK(policy.build.version == config::Version{1, 22, 1});
}

TEST_CASE("policy source: $hostname is the host name of the kernel") {
  std::ifstream kernel("/proc/sys/kernel/hostname");
  std::string name;
  REQUIRE(std::getline(kernel, name));
  testing::MemoryFileSystem disk;
  CHECK(policy_of({}, disk).build.hostname == name);
}

TEST_CASE("policy source: a running master's binary, -p and -c win over the installed binary") {
  testing::MemoryFileSystem disk;
  disk.put("/usr/sbin/nginx", kBinary);
  disk.put("/proc/70/cmdline", title("-p /run/"));
  disk.put("/proc/70/exe", " nginx/1.29.0\n configure arguments: --prefix=/other ");
  audit::Policy policy = policy_of({}, disk);
  CHECK(policy.nginx_conf == "/run/conf/nginx.conf");
  CHECK(policy.build.prefix == "/run");
  CHECK(policy.build.version == config::Version{1, 29, 0});

  disk.put("/proc/70/cmdline", title("-c x.conf"));
  policy = policy_of({}, disk);
  CHECK(policy.nginx_conf == "/other/x.conf");
}

TEST_CASE("policy source: a master whose binary is unreadable counts as the installed nginx") {
  testing::MemoryFileSystem disk;
  disk.put("/usr/sbin/nginx", kBinary);
  disk.put("/proc/70/cmdline", title("-p /run"));
  const audit::Policy policy = policy_of({}, disk);
  CHECK(policy.nginx_conf == "/run/conf/n.conf");
  CHECK(policy.build.version == config::Version{1, 22, 1});
}

TEST_CASE("policy source: with the configuration named, only a master that runs on it counts") {
  testing::MemoryFileSystem disk;
  disk.put("/usr/sbin/nginx", kBinary);
  disk.put("/proc/70/cmdline", title("-p /first -c /a.conf"));
  disk.put("/proc/71/cmdline", title("-p /second -c /b.conf"));
  settings::Options options;
  options.nginx_conf = "/b.conf";
  CHECK(policy_of(options, disk).build.prefix == "/second");
  options.nginx_conf = "/c.conf";
  CHECK(policy_of(options, disk).build.prefix == "/built");
  CHECK(policy_of(options, disk).nginx_conf == "/c.conf");
}

TEST_CASE("policy source: flags win over settings, settings over the running master") {
  testing::MemoryFileSystem disk;
  disk.put("/proc/70/cmdline", title("-p /run -c n.conf"));
  disk.put("/s.yml", "nginx: { prefix: /settings, version: 1.20.0 }\n");
  settings::Options options;
  options.config_file = "/s.yml";
  audit::Policy policy = policy_of(options, disk);
  CHECK(policy.build.prefix == "/settings");
  CHECK(policy.nginx_conf == "/settings/n.conf");
  CHECK(policy.build.version == config::Version{1, 20, 0});

  options.nginx_prefix = "/flag";
  options.nginx_conf = "/flag.conf";
  options.nginx_version = config::Version{1, 31, 0};
  policy = policy_of(options, disk);
  CHECK(policy.build.prefix == "/flag");
  CHECK(policy.nginx_conf == "/flag.conf");
  CHECK(policy.build.version == config::Version{1, 31, 0});
}

TEST_CASE("policy source: the policy section of the settings is adopted") {
  testing::MemoryFileSystem disk;
  disk.put("/s.yml",
           "policy: {profile: strict, disable: [runtime-path], thresholds: {ca_expires_soon: 1d},\n"
           "  accept: [{rule: weak-key, reason: x}]}\n");
  settings::Options options;
  options.config_file = "/s.yml";
  const audit::Policy policy = policy_of(options, disk);
  CHECK(policy.profile == audit::Profile::kStrict);
  CHECK(policy.rules.disabled == std::set{audit::FindingKind::kRuntimePath});
  CHECK(policy.thresholds.ca_expires_soon == audit::Threshold{std::chrono::hours{24}});
  REQUIRE(policy.accept.size() == 1);
  CHECK(policy.accept.front().line == 2);
}

TEST_CASE("policy source: it is told who says which release it is, and which file that was") {
  testing::MemoryFileSystem disk;
  CHECK(policy_of({}, disk).build.version_source == config::VersionSource::kAssumed);
  settings::Options options;
  options.nginx_version = config::Version{1, 30, 6};
  CHECK(policy_of(options, disk).build.version_source == config::VersionSource::kNamed);

  disk.put("/usr/sbin/nginx", kBinary);
  const config::NginxBuild build = policy_of({}, disk).build;
  CHECK(build.version_source == config::VersionSource::kBinary);
  CHECK(build.binary.path == "/usr/sbin/nginx");
  CHECK(build.binary.inode == disk.stat("/usr/sbin/nginx")->inode);
  CHECK(policy_of(options, disk).build.version_source == config::VersionSource::kNamed);
  options.nginx_version = config::Version{1, 22, 1};
  CHECK(policy_of(options, disk).build.version_source == config::VersionSource::kBinary);

  disk.put("/usr/sbin/nginx", "WebSrv/2.0");
  CHECK(policy_of({}, disk).build.dialect == config::Dialect::kUnknown);
  CHECK(policy_of(options, disk).build.dialect == config::Dialect::kNginx);
}

TEST_CASE("policy source: it is told which OpenSSL nginx runs with, and who says so (R9.5)") {
  using config::OpensslSource;
  using namespace std::string_literals;
  const auto library = [](const std::string& release) {
    return "\0OpenSSL "s + release + " 1 Jan 2026\0"s;
  };
  const std::string elf = testing::make_elf({.needed = {"libcrypto.so.3"}});
  testing::MemoryFileSystem disk;
  settings::Options options;
  const auto said = [&] {
    const config::NginxBuild build = policy_of(options, disk).build;
    return to_string(build.openssl) + " " + std::string(word(build.openssl_source));
  };
  config::NginxBuild ours;
  audit::assume_our_openssl(ours);
  CHECK(said() == to_string(ours.openssl) + " assumed");
  disk.put("/usr/sbin/nginx", elf + kBinary + " built with OpenSSL 3.0.9 ");
  CHECK(said() == "3.0.9 built");
  disk.put("/usr/lib/libcrypto.so.3", library("3.5.8"));
  CHECK(said() == "3.5.8 installed");
  disk.put("/proc/70/cmdline", title("-p /run"));
  disk.put("/proc/70/exe", elf + kBinary + " built with OpenSSL 3.0.9 ");
  CHECK(said() == "3.5.8 installed");
  disk.put("/proc/70/maps", "7f00-7f01 r-xp 0 fe:01 14 /opt/libcrypto.so.3\n");
  disk.put("/opt/libcrypto.so.3", library("3.6.5"));
  CHECK(said() == "3.6.5 running");
  options.nginx_openssl = config::Version{3, 3, 1};
  CHECK(said() == "3.3.1 named");
}

}  // namespace mtls::daemon
