#include "config/client_fates.h"

#include <functional>
#include <map>

#include "config/exposure/client_fate.h"
#include "config/exposure/outer_block.h"
#include "config/exposure/stream_guard.h"

namespace mtls::config {
namespace {

bool is_in(const syntax::Directive& block, const syntax::Directive& server) {
  if (!block.block || block.block->empty()) return false;
  const std::less<> before;  // a total order of pointers
  return !before(&server, &block.block->front()) && !before(&block.block->back(), &server);
}

ClientFate without_guards(bool passes) {
  ClientFate fate;
  fate.served = passes ? Served::kEverywhere : Served::kNowhere;
  fate.is_let_in = passes;
  return fate;
}

}  // namespace

class ClientFates::Impl {
 public:
  Impl(const syntax::Document& document, const ResolvedConfig& resolved)
      : document_(document), resolved_(resolved) {}

  ClientFate of(std::size_t server, const FateQuestion& client) {
    const TlsContext& context = resolved_.servers.at(server);
    const exposure::OuterBlock* outer = outer_of(context);
    if (outer == nullptr) return without_guards(client.passes);
    const exposure::GuardQuestion question =
        exposure::question_about(*outer, *context.directive, context);
    if (context.id.module == Module::kStream) {
      return exposure::stream_fate_of(question, client.client, client.passes);
    }
    auto& prepared = servers_[server];
    if (!prepared) prepared = std::make_unique<HttpServer>(question);
    return prepared->clients.of(client);
  }

  const exposure::OuterBlock* outer_of(const TlsContext& context) {
    if (context.id.module == Module::kMail) return nullptr;
    for (const syntax::Directive& block : document_.main) {
      if (!is_in(block, *context.directive)) continue;
      auto& outer = outers_[&block];
      if (!outer) outer = std::make_unique<exposure::OuterBlock>(block);
      return outer.get();
    }
    return nullptr;
  }

  const ResolvedConfig& resolved() const { return resolved_; }

 private:
  struct HttpServer {
    exposure::GuardQuestion question;
    exposure::FateOfClients clients;

    explicit HttpServer(const exposure::GuardQuestion& asked)
        : question(asked), clients(question) {}
  };

  const syntax::Document& document_;
  const ResolvedConfig& resolved_;
  std::map<const syntax::Directive*, std::unique_ptr<exposure::OuterBlock>> outers_;
  std::map<std::size_t, std::unique_ptr<HttpServer>> servers_;
};

ClientFates::ClientFates(const syntax::Document& document, const ResolvedConfig& resolved)
    : impl_(std::make_unique<Impl>(document, resolved)) {}

ClientFates::~ClientFates() = default;

ClientFate ClientFates::of(std::size_t server, const FateQuestion& client) {
  return impl_->of(server, client);
}

bool ClientFates::mentions(std::size_t server, std::string_view variable) {
  const exposure::OuterBlock* outer = impl_->outer_of(impl_->resolved().servers.at(server));
  return outer != nullptr && outer->variables.mentions(variable);
}

}  // namespace mtls::config
