#include "config/exposure/exposure.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "config/exposure/enforcement.h"
#include "config/exposure/handshake_hooks.h"
#include "config/exposure/identity_headers.h"
#include "config/exposure/location_content.h"
#include "config/exposure/location_tree.h"
#include "config/exposure/mail_doors.h"
#include "config/exposure/outer_block.h"
#include "config/exposure/stream_guard.h"
#include "config/grammar/status_code.h"

namespace mtls::config::exposure {
namespace {

std::vector<int> statuses_of(const LocationTree& tree) {
  std::vector<int> statuses;
  for (const syntax::Directive* page : tree.effective(tree.server(), "error_page")) {
    for (const syntax::Argument& word : page->args) {
      if (const auto status = grammar::status_code(word.text)) statuses.push_back(*status);
    }
  }
  std::sort(statuses.begin(), statuses.end());
  return statuses;
}

// `.example.com` and `example.com` lead to the same place.
std::string bare_name(const std::string& name) {
  return name.starts_with('.') ? name.substr(1) : name;
}

// What the locations of a server block serve to clients that they let in. A server without a root
// of its own does not count, since it serves nginx's default root like any other.
std::set<std::string> contents_of(const LocationTree& tree, const Variables& variables) {
  std::set<std::string> contents;
  std::vector<const Location*> levels = tree.locations();
  levels.push_back(&tree.server());
  for (const Location* location : levels) {
    const Content content = content_at(tree, variables, *location);
    if (content.from != nullptr && content.source != "backend ") contents.insert(content.source);
  }
  return contents;
}

class Describer {
 public:
  Describer(const blocks::Scopes& scopes, ResolvedConfig& config)
      : scopes_(scopes), config_(config) {}

  void run() {
    for (std::size_t i = 0; i < config_.servers.size(); ++i) {
      const Module module = scopes_.servers[i].module;
      if (asks(config_.servers[i])) judge(i);
      if (module != Module::kMail && asks(config_.servers[i])) {
        config_.servers[i].hooks =
            handshake_hooks(scopes_, config_, i, block_of(*scopes_.servers[i].outer).alone);
      }
      if (module == Module::kHttp) list_plain_names(i);
    }
    for (std::size_t i = 0; i < config_.servers.size(); ++i) {
      if (scopes_.servers[i].module == Module::kHttp && asks(config_.servers[i])) find_twins(i);
    }
    find_header_gaps();
  }

 private:
  const OuterBlock& block_of(const syntax::Directive& outer) {
    return blocks_.try_emplace(&outer, outer).first->second;
  }
  GuardQuestion question(std::size_t index) {
    const blocks::ServerScope& scope = scopes_.servers[index];
    return question_about(block_of(*scope.outer), *scope.server, config_.servers[index]);
  }

  void judge(std::size_t index);
  void judge_mail(std::size_t index);
  std::vector<Listen> plain_listens(const TlsContext& server) const;
  Guard judge_plain_listens(const GuardQuestion& question, const TlsContext& server,
                            GuardAnswer& answer) const;
  void list_plain_names(std::size_t index);
  void find_twins(std::size_t index);
  const std::vector<Opening>& plain_openings(std::size_t index);
  void find_header_gaps();

  const blocks::Scopes& scopes_;
  ResolvedConfig& config_;
  std::map<const syntax::Directive*, OuterBlock> blocks_;
  // Server blocks that other hosts reach without TLS, with the listen, by name.
  std::map<std::string, std::vector<std::pair<std::size_t, std::string>>> plain_;
  std::map<std::size_t, std::vector<Opening>> plain_openings_;
};

void Describer::judge(std::size_t index) {
  TlsContext& server = config_.servers[index];
  if (server.id.module == Module::kMail) {
    judge_mail(index);
    return;
  }
  const GuardQuestion question = this->question(index);
  const bool is_http = server.id.module == Module::kHttp;
  GuardAnswer answer = is_http ? guard_of(question) : stream_guard_of(question);
  server.plain_guard = judge_plain_listens(question, server, answer);
  server.guard = answer.guard;
  server.openings = std::move(answer.openings);
  server.guard_doubt = std::move(answer.doubt);
  if (is_http) server.error_statuses = statuses_of(LocationTree(question.http, question.server));
}

void Describer::judge_mail(std::size_t index) {
  TlsContext& server = config_.servers[index];
  const blocks::ServerScope& scope = scopes_.servers[index];
  server.openings = mail_doors({.mail = *scope.outer,
                                .server = *scope.server,
                                .context = server,
                                .plain = plain_listens(server)});
  if (!server.openings.empty()) server.plain_guard = Guard::kNone;
  const bool refuses = server.verify_client.value == VerifyClient::kOn;  // R3.31
  server.guard = refuses ? server.plain_guard : Guard::kNone;
}

std::vector<Listen> Describer::plain_listens(const TlsContext& server) const {
  std::vector<Listen> plain;
  for (const Listen& listen : server.listens) {
    const Socket* socket = config_.socket(server.id.module, listen.canonical(), listen.transport);
    if (socket != nullptr && !socket->ssl && !listen.quic) plain.push_back(listen);
  }
  return plain;
}

// The certificate check looks at the connection's TLS: over a plain listen of the same block
// everybody gets in (R9.21). Returns the guard of these listens alone.
Guard Describer::judge_plain_listens(const GuardQuestion& question, const TlsContext& server,
                                     GuardAnswer& answer) const {
  const std::vector<Listen> listens = plain_listens(server);
  if (listens.empty()) return Guard::kComplete;
  const GuardAnswer plain = server.id.module == Module::kHttp ? guard_in_plaintext(question)
                                                              : stream_guard_in_plaintext(question);
  for (const Listen& listen : listens) {
    for (Opening opening : plain.openings) {
      opening.listen = listen.canonical();
      opening.listen_at = listen.at;
      answer.openings.push_back(std::move(opening));
    }
  }
  if (!answer.openings.empty()) {
    answer.guard = Guard::kNone;
    answer.doubt.clear();
  } else if (answer.guard == Guard::kComplete && plain.guard == Guard::kUndecidable) {
    answer.guard = Guard::kUndecidable;
    answer.doubt = "without TLS, " + plain.doubt;
  }
  return plain.guard;
}

void Describer::list_plain_names(std::size_t index) {
  const TlsContext& server = config_.servers[index];
  for (const Listen& listen : server.listens) {
    const Socket* socket = config_.socket(Module::kHttp, listen.canonical());
    if (socket == nullptr || socket->ssl || listen.quic || is_local(listen)) continue;
    for (const std::string& name : server.server_names) {
      if (!name.empty()) plain_[bare_name(name)].emplace_back(index, listen.canonical());
    }
  }
}

const std::vector<Opening>& Describer::plain_openings(std::size_t index) {
  const auto [entry, is_new] = plain_openings_.try_emplace(index);
  if (is_new) entry->second = guard_in_plaintext(question(index)).openings;
  return entry->second;
}

// An ACME challenge is public by nature (RFC 8555 §8.3), whatever root serves it.
void Describer::find_twins(std::size_t index) {
  TlsContext& server = config_.servers[index];
  std::set<std::pair<std::size_t, std::string>> twins;
  for (const std::string& name : server.server_names) {
    const auto found = plain_.find(bare_name(name));
    if (found != plain_.end()) twins.insert(found->second.begin(), found->second.end());
  }
  if (twins.empty()) return;
  const GuardQuestion question = this->question(index);
  const std::set<std::string> ours =
      contents_of(LocationTree(question.http, question.server), question.variables);
  for (const auto& [other, listen] : twins) {
    for (const Opening& opening : plain_openings(other)) {
      if (!ours.contains(opening.content) || opening.path.starts_with("/.well-known/")) continue;
      server.plaintext_twins.push_back({.server = other, .listen = listen, .opening = opening});
      break;
    }
  }
}

void Describer::find_header_gaps() {
  std::map<const syntax::Directive*, std::vector<std::size_t>> by_http;
  for (std::size_t i = 0; i < scopes_.servers.size(); ++i) {
    const blocks::ServerScope& scope = scopes_.servers[i];
    const bool counts = scope.module == Module::kHttp && config_.is_reached(i);
    if (counts) by_http[scope.outer].push_back(i);
  }
  for (const auto& [http, servers] : by_http) {
    const OuterBlock& block = block_of(*http);
    if (!any_identity(*http, block.variables)) continue;
    IdentityHeaders headers(block.alone, block.variables);
    for (const std::size_t i : servers) headers.add(i, *scopes_.servers[i].server);
    for (const std::size_t i : servers) {
      TlsContext& server = config_.servers[i];
      const bool is_only_local =
          std::all_of(server.listens.begin(), server.listens.end(), is_local);
      if (!is_only_local) server.header_gaps = headers.gaps(i);
    }
  }
}

}  // namespace

void describe_exposure(const blocks::Scopes& scopes, ResolvedConfig& config) {
  Describer(scopes, config).run();
}

}  // namespace mtls::config::exposure
