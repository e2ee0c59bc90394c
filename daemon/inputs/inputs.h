// What `check` and `dump` read: this host, a directory that stands in for a host, what `nginx -T`
// printed, one file of server blocks, Kubernetes manifests. All of it is a FileSystem over the one
// before. Main thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "config/nginx_build.h"
#include "daemon/inputs/made_up_file.h"
#include "daemon/inputs/nginx_dump.h"
#include "daemon/inputs/own_paths.h"
#include "daemon/inputs/rooted_files.h"

namespace mtls::daemon::inputs {

/// As the command line has it; relative paths are relative to the working directory.
struct InputOptions {
  std::string root = {};  // DIR or PLACE=DIR; "": this host
  std::string dump = {};  // a file that holds what nginx -T printed; "-": standard input; "": none
  std::vector<std::string> manifests = {};  // of Kubernetes; "-": standard input
  std::optional<std::string> nginx_conf = {};
  std::string dump_flag = "--nginx.dump";     // that named the dump
  Elsewhere elsewhere = Elsewhere::kMissing;  // what is not below the place of the root
};

/// DIR as `root` names it, and the place on the host that it stands in for: "" for the whole.
Stand parse_root(const std::string& root);

/// Relative paths are relative to where the command was started.
std::string absolute_path(const std::string& path);

/// Standard input to its end. kTooLarge: more than `limit` bytes.
base::Result<std::string> standard_input(std::size_t limit);

class Inputs {
 public:
  /// `disk` must outlive this. kInvalidArgument: a directory or dump that is none, a configuration
  /// outside of the root.
  static base::Result<std::unique_ptr<Inputs>> open(const InputOptions& options,
                                                    base::FileSystem& disk);

  /// All that nginx would read, and the paths of this machine that were added.
  base::FileSystem& files() { return vhost_ ? static_cast<base::FileSystem&>(*vhost_) : *own_; }
  /// What there is of the host: where nginx's own binary would be.
  base::FileSystem& host() { return rooted_ ? static_cast<base::FileSystem&>(*rooted_) : disk_; }
  /// This machine.
  base::FileSystem& disk() { return disk_; }

  /// nginx's main file, as nginx opens it, where the options say it.
  const std::optional<std::string>& main_path() const { return main_path_; }
  /// A configuration that is looked at away from its host: what it names may be missing.
  bool is_away() const { return (rooted_ && !is_beside_) || dump_; }

  /// The path or pattern comes from the command line or the settings.
  void add_own(const std::string& path) { own_->add(path); }
  /// If the main file holds server blocks without a block around them: the path of a main file that
  /// files() has from now on. nullopt: it is no such file.
  std::optional<std::string> wrap_vhost(const std::string& main_path,
                                        const config::NginxBuild& build);
  /// The file of server blocks that wrap_vhost() put something around.
  const std::optional<std::string>& wrapped() const { return wrapped_; }

  /// Where a file of nginx's is on this machine; the path itself without a root. Of what was made
  /// of a manifest, the manifest.
  std::string here(const std::string& path) const;
  /// Whether the configuration that was read is all in the dump; true without a dump.
  bool is_in_dump(const std::string& path) const { return !dump_ || dump_->holds(path); }

 private:
  explicit Inputs(base::FileSystem& disk) : disk_(disk) {}
  base::Result<void> set_root(const InputOptions& options);
  base::Result<void> set_dump(const InputOptions& options);
  base::Result<void> set_manifests(const InputOptions& options);

  base::FileSystem& disk_;
  std::optional<RootedFiles> rooted_;
  bool is_of_manifests_ = false;
  bool is_beside_ = false;  // the root stands in for one directory of this host
  std::unique_ptr<NginxDump> dump_;
  std::optional<OwnPaths> own_;
  std::optional<MadeUpFile> vhost_;
  std::optional<std::string> main_path_;
  std::optional<std::string> wrapped_;
};

}  // namespace mtls::daemon::inputs
