// What `nginx -T` printed, as the files that it was made from (`--nginx.dump`). Pure apart from the
// files it wraps.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::inputs {

/// The configuration comes from the dump, everything else from the files behind it. Patterns match
/// the paths of the dump alone: nginx prints all that it included.
class NginxDump final : public base::FileSystem {
 public:
  /// `text`: may begin with what nginx prints on stderr. `directory`: for paths of an nginx that
  /// was started with a relative prefix. `files` must outlive this. kInvalidArgument: there is no
  /// `# configuration file PATH:` line.
  static base::Result<std::unique_ptr<NginxDump>> parse(std::string_view text,
                                                        const std::string& directory,
                                                        base::FileSystem& files);

  /// A dump of files that are on no disk: `texts` by path, `main_path` one of them.
  static std::unique_ptr<NginxDump> made_up(std::map<std::string, std::string> texts,
                                            std::string main_path, base::FileSystem& files);

  /// nginx's main configuration file, which it prints first.
  const std::string& main_path() const { return main_path_; }
  bool holds(const std::string& path) const { return texts_.contains(path); }

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

 private:
  explicit NginxDump(base::FileSystem& files) : files_(files) {}

  std::string main_path_;
  std::map<std::string, std::string> texts_;  // by path
  base::FileSystem& files_;
};

}  // namespace mtls::daemon::inputs
