#include "daemon/inputs/client_files.h"

#include "pki/material.h"

namespace mtls::daemon::inputs {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

std::vector<std::string> blocks_of(std::string_view text) {
  std::vector<std::string> blocks;
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos;) {
    const std::size_t end = text.find(kEnd, at);
    if (end == std::string_view::npos) break;
    blocks.emplace_back(std::string(text.substr(at, end + kEnd.size() - at)) + "\n");
    at = text.find(kBegin, end);
  }
  return blocks;
}

}  // namespace

base::Result<std::vector<ListedClient>> ClientFiles::add(const std::string& path,
                                                         std::size_t limit) {
  const auto content = files_.read(path, limit);
  if (!content) return base::fail(base::ErrorCode::kInvalidArgument, content.error().message);
  std::string authorities;
  std::vector<ListedClient> clients;
  std::vector<std::string> leaves;
  for (std::string& block : blocks_of(content->text())) {
    const pki::Material material = pki::parse_material(block);
    if (material.certificates.empty()) continue;
    const pki::CertificateFacts& facts = material.certificates.front().facts();
    if (facts.is_ca) {
      authorities += block;
      continue;
    }
    const std::string name = facts.fingerprint.label();
    const std::string own_path = std::string(path).append("#").append(name);
    if (!texts_.emplace(own_path, "").second) continue;
    clients.push_back({.name = name, .path = own_path});
    leaves.push_back(std::move(block));
  }
  if (clients.empty()) {
    return base::fail(base::ErrorCode::kInvalidArgument,
                      path + ": no client certificate in this file (name a PEM file)");
  }
  for (std::size_t i = 0; i < clients.size(); ++i)
    texts_[clients[i].path] = leaves[i] + authorities;
  return clients;
}

base::Result<base::FileContent> ClientFiles::read(const std::string& path, std::size_t limit) {
  const auto found = texts_.find(path);
  if (found == texts_.end()) return files_.read(path, limit);
  return base::FileContent{.bytes = {found->second.begin(), found->second.end()},
                           .stamp = {.size = found->second.size()}};
}

base::Result<std::vector<std::string>> ClientFiles::glob(const std::string& pattern) {
  return files_.glob(pattern);
}

base::Result<base::FileStamp> ClientFiles::stat(const std::string& path) {
  const auto found = texts_.find(path);
  if (found == texts_.end()) return files_.stat(path);
  return base::FileStamp{.size = found->second.size()};
}

}  // namespace mtls::daemon::inputs
