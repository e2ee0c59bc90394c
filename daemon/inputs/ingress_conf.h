// The server blocks that ingress-nginx makes of Ingress objects, as far as client certificates are
// concerned (controller 1.15: rootfs/etc/nginx/template/nginx.tmpl, internal/ingress/annotations).
// Each directive stands on the line of the annotation that it comes from, in a file that is named
// after the manifest. Pure.
#pragma once

#include <map>
#include <string>

#include "config/nginx_build.h"
#include "daemon/inputs/kubernetes.h"

namespace mtls::daemon::inputs {

/// nginx's version in controller 1.15 (images/nginx/rootfs/build.sh).
inline constexpr config::Version kIngressNginx{1, 27, 1};
inline constexpr const char* kIngressConf = "/(ingress-nginx)/nginx.conf";

/// The texts by path: kIngressConf, what it includes, and the files of the Secrets. A Secret that
/// the manifests lack has no file.
std::map<std::string, std::string> ingress_conf(const Manifests& manifests);

/// The manifest that a path of ingress_conf() was made from; the path itself for other paths.
std::string manifest_of(const std::string& path);

}  // namespace mtls::daemon::inputs
