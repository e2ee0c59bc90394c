#include "audit/material_view.h"

namespace mtls::audit {

std::shared_ptr<const MaterialFile> MaterialView::file(const std::string* path) const {
  if (path == nullptr) return nullptr;
  const auto found = all_.find(*path);
  if (found == all_.end()) return nullptr;
  used_.insert(found->second);
  return found->second;
}

const pki::Material* MaterialView::content(const std::string* path) const {
  const auto found = file(path);
  return found == nullptr ? nullptr : found->material.get();
}

}  // namespace mtls::audit
