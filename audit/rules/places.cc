#include "audit/rules/places.h"

#include <algorithm>

#include "config/references.h"

namespace mtls::audit::rules {
namespace {

using config::FileReference;
using config::TlsContext;

// The files of the block that decides; of VerifyCAFile where it replaces nginx's own.
std::vector<std::string> trust_files(const ServerView& view) {
  std::vector<std::string> files;
  const TlsContext* owner = view.owner();
  if (owner == nullptr) return files;
  const auto add = [&](const std::string* path) {
    if (path != nullptr) files.push_back(*path);
  };
  if (owner->overrides.replaces_store()) {
    for (const config::NamedFile& named : owner->overrides.store_files)
      add(static_path(named.file));
    return files;
  }
  const trust::TrustPaths paths = trust::trust_paths(*owner, view.build);
  for (const std::string* path : {paths.client, paths.trusted}) add(path);
  return files;
}

template <class Context>
std::optional<base::SourceLocation> first_naming(const Context& context, const std::string& path) {
  std::optional<base::SourceLocation> at;
  config::for_each_reference(context, [&](const FileReference& reference) {
    if (at || !reference.directive) return;
    const std::vector<std::string> paths = known_paths(reference.file);
    if (std::ranges::find(paths, path) != paths.end()) at = reference.directive->at;
  });
  return at;
}

}  // namespace

std::string file_of_index(const trust::TrustContent& content, std::size_t member) {
  for (const StoreFile& file : content.files) {
    if (member < file.certificates) return file.path;
    member -= file.certificates;
  }
  return "";
}

std::string file_of_member(const ServerView& view, std::size_t member) {
  const std::string path = file_of_index(view.content, member);
  return path.empty() ? client_ca_file(view) : path;
}

std::string file_of_ca(const ServerView& view, const pki::CertificateFacts& facts) {
  const auto found = std::ranges::find_if(view.content.store, [&](const auto& certificate) {
    return certificate.facts().fingerprint == facts.fingerprint;
  });
  return file_of_member(view, static_cast<std::size_t>(found - view.content.store.begin()));
}

std::string file_of_crl(const ServerView& view, const pki::RevocationListFacts& list) {
  std::vector<std::string> files = trust_files(view);
  files.insert(files.begin(), view.content.crl_path);
  const auto found = std::ranges::find_if(files, [&](const std::string& path) {
    const pki::Material* material = view.material().content(&path);
    return material != nullptr &&
           std::ranges::any_of(material->revocation_lists, [&](const auto& one) {
             return one.facts().fingerprint == list.fingerprint;
           });
  });
  return found == files.end() ? view.content.crl_path : *found;
}

std::string client_ca_file(const ServerView& view) {
  const std::vector<std::string> files = trust_files(view);
  return files.empty() ? "" : files.front();
}

std::optional<base::SourceLocation> naming_directive(const TlsContext& server,
                                                     const std::string& path) {
  return first_naming(server, path);
}

std::optional<base::SourceLocation> naming_directive(const config::UpstreamTlsContext& upstream,
                                                     const std::string& path) {
  return first_naming(upstream, path);
}

std::optional<base::SourceLocation> NamingDirectives::of(const std::string& path) {
  if (!by_path_) {
    by_path_.emplace();
    const auto note = [&](const FileReference& reference) {
      if (!reference.directive) return;
      for (const std::string& one : known_paths(reference.file))
        by_path_->try_emplace(one, reference.directive->at);
    };
    for (const TlsContext& server : resolved_.servers) config::for_each_reference(server, note);
    for (const auto& upstream : resolved_.upstreams) config::for_each_reference(upstream, note);
  }
  const auto found = by_path_->find(path);
  return found == by_path_->end() ? std::nullopt : std::optional(found->second);
}

std::optional<base::SourceLocation> directive_in(const config::syntax::Directive& block,
                                                 std::string_view name, std::string_view word) {
  for (const config::syntax::Directive& directive : *block.block) {
    if (directive.name != name) continue;
    const bool has_word = word.empty() || std::ranges::any_of(directive.args, [&](const auto& one) {
                            return one.text == word;
                          });
    if (has_word) return directive.at;
  }
  return std::nullopt;
}

base::SourceLocation place_beside(const TlsContext& server) {
  if (server.verify_client.at) return *server.verify_client.at;
  return server.listens.empty() ? server.at : server.listens.front().at;
}

}  // namespace mtls::audit::rules
