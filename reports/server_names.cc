#include "reports/server_names.h"

#include <set>
#include <utility>

#include "base/text.h"

namespace mtls::reports {

ServerNames::ServerNames(const config::ResolvedConfig& resolved) {
  std::map<std::pair<config::Module, std::string>, std::set<std::string>> listens;  // by name
  for (const config::TlsContext& server : resolved.servers)
    listens[{server.id.module, server.id.server}].insert(server.id.listen);
  for (const config::TlsContext& server : resolved.servers) {
    const config::ContextId& id = server.id;
    const bool is_told_apart = listens.at({id.module, id.server}).size() == 1;
    const std::string module =
        id.module == config::Module::kHttp ? "" : std::string(word(id.module)) + " ";
    const std::string name = id.server.empty() ? id.listen
                             : is_told_apart   ? id.server
                                               : id.server + " (" + id.listen + ")";
    names_[id_text(id)] = base::sanitize(module + name, base::kMaxPathBytes);
  }
}

std::string ServerNames::of(const std::string& id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? base::sanitize(id, base::kMaxPathBytes) : found->second;
}

}  // namespace mtls::reports
