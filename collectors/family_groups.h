// The groups of families, each of which keeps its text and writes again what changed. Each stands
// in a file of its own, *_families.cc. Series that a limit leaves out are counted in omitted().
// `is_compact`: of the settings, metrics.detail.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/chunk_store.h"
#include "collectors/crl_index.h"
#include "collectors/delta.h"
#include "collectors/server.h"

namespace mtls::collectors {

/// More certificates, or more series, than the limits allow a file.
bool too_many_certificates(std::size_t certificates, const audit::Limits& limits);

// What one server block has, in the columns of ServerFamilies.
void write_server(const Server& server, const audit::Limits& limits, SampleWriter& out);
void write_verdicts(const Server& server, SampleWriter& out);
/// As the running nginx decides with what it has loaded. `is_as_on_disk`: with the present files it
/// would decide the same, and when a client is refused is said once.
void write_loaded_verdicts(const config::ContextId& id, const audit::ServerAudit& server,
                           bool is_as_on_disk, SampleWriter& out);
void write_blackbox(const Server& server, SampleWriter& out);
/// Which certificate of which file it trusts.
void write_trusted(const Server& server, const audit::Limits& limits, SampleWriter& out);
/// The labels of the CAs whose clients it checks with these CRLs; a CRL of a CA that it does not
/// trust refuses nobody there.
std::vector<std::string> checked_issuers(const Server& server, const CrlsByIssuer& lists);
void write_checked(const Server& server, const std::vector<std::string>& issuers,
                   SampleWriter& out);
/// The families of the canaries' own files.
void write_canary_dates(const audit::Snapshot& snapshot, SampleWriter& out);
/// The columns that write_server() needs.
Columns server_columns();

class ServerFamilies {
 public:
  ServerFamilies(bool blackbox, bool is_compact);
  void update(const Delta& delta);
  /// Writes which server block trusts and checks what, where max_series allows it; the rest counts
  /// as omitted.
  void update_authorities(const Delta& delta);

  const ChunkStore& servers() const { return servers_; }
  /// Of canaries: accepted, the code, until when.
  const ChunkStore& verdicts() const { return verdicts_; }
  const ChunkStore& blackbox() const { return blackbox_; }
  ChunkStore& trusted() { return trusted_; }
  ChunkStore& checked() { return checked_; }
  std::size_t omitted() const { return omitted_; }

 private:
  struct Counts {
    std::size_t rotation_omitted = 0;
    std::size_t trusted = 0;
    std::size_t trusted_omitted = 0;
    std::size_t checked = 0;
    std::size_t checked_omitted = 0;
  };

  void arrange(const Delta& delta);
  Counts count(const Server& server, const Delta& delta);
  const pki::Material* crl_of(const Server& server, const Delta& delta) const;

  bool has_blackbox_;
  ChunkStore servers_;
  ChunkStore verdicts_;
  ChunkStore blackbox_;
  ChunkStore trusted_;
  ChunkStore checked_;
  std::vector<std::size_t> indexes_;  // of the server blocks that have series, by object
  std::vector<std::size_t> changed_;  // objects, of the last update
  std::vector<Counts> counts_;        // by object
  std::size_t omitted_ = 0;
};

class BundleFamilies {
 public:
  explicit BundleFamilies(bool is_compact);
  void update(const Delta& delta);

  const ChunkStore& bundles() const { return bundles_; }
  ChunkStore& certificates() { return certificates_; }
  std::size_t omitted() const { return omitted_; }

 private:
  ChunkStore bundles_;
  ChunkStore certificates_;
  std::vector<const audit::BundleAudit*> objects_;
  std::size_t omitted_ = 0;
};

class CrlFamilies {
 public:
  explicit CrlFamilies(bool is_compact);
  void update(const Delta& delta);

  const ChunkStore& crls() const { return crls_; }
  std::size_t omitted() const { return omitted_; }

 private:
  /// A file, and what of it the first server block of its kind does not use.
  struct Use {
    std::size_t path = 0;  // in paths_
    std::shared_ptr<const audit::MaterialFile> file;
    std::set<pki::Fingerprint> without_use;
    std::size_t servers = 0;  // that use it like this

    bool is_like(const Use& other) const {
      return path == other.path && without_use == other.without_use;
    }
  };

  void find_paths(const audit::Snapshot& snapshot);
  void find_files(const Delta& delta);
  bool is_concerned(const Delta& delta) const;
  std::vector<Use> uses_of(const audit::Snapshot& snapshot) const;

  ChunkStore crls_;
  std::vector<std::string> paths_;
  std::unordered_map<std::string, std::size_t> place_of_path_;
  std::vector<std::shared_ptr<const audit::MaterialFile>> files_;  // by path; nullptr: no content
  std::vector<std::pair<std::size_t, std::size_t>> users_;         // index of a server, of its path
  std::vector<Use> uses_;
  std::size_t omitted_ = 0;
};

class UpstreamFamilies {
 public:
  explicit UpstreamFamilies(bool is_compact);
  void update(const Delta& delta);

  const ChunkStore& upstreams() const { return upstreams_; }

 private:
  void arrange(const audit::Snapshot& snapshot);
  std::vector<std::size_t> changed(const Delta& delta) const;

  ChunkStore upstreams_;
  std::vector<std::vector<std::size_t>> members_;  // upstreams with the same labels, by object
};

class FileFamilies {
 public:
  explicit FileFamilies(bool is_compact);
  void update(const Delta& delta);

  const ChunkStore& files() const { return files_; }

 private:
  ChunkStore files_;
  std::vector<const audit::MaterialFile*> objects_;
};

/// The families without an object: of the configuration as a whole, and of the canaries' files.
class HostFamilies {
 public:
  HostFamilies();
  void update(const Delta& delta);

  const ChunkStore& config() const { return config_; }
  const ChunkStore& canaries() const { return canaries_; }

 private:
  ChunkStore config_;
  ChunkStore canaries_;
};

/// What the running nginx shows.
class LiveFamilies {
 public:
  explicit LiveFamilies(bool is_compact);
  void update(const Delta& delta);

  const ChunkStore& nginx() const { return nginx_; }
  const ChunkStore& files() const { return files_; }
  /// Of canaries: accepted, the code.
  const ChunkStore& verdicts() const { return verdicts_; }
  const ChunkStore& probes() const { return probes_; }
  /// Of client CAs: loaded, unused.
  const ChunkStore& rotation() const { return rotation_; }

 private:
  void update_files(const Delta& delta);
  void update_verdicts(const Delta& delta);
  std::vector<std::size_t> changed_rotations(const Delta& delta) const;
  void update_rotation(const Delta& delta);

  ChunkStore nginx_;
  ChunkStore files_;
  ChunkStore verdicts_;
  ChunkStore probes_;
  ChunkStore rotation_;
  std::vector<std::string> paths_;     // by object of files_
  std::vector<std::size_t> indexes_;   // of server blocks, by object of verdicts_
  std::vector<std::size_t> rotating_;  // the same of rotation_
};

class FindingFamily {
 public:
  FindingFamily();
  void update(const Delta& delta);

  const ChunkStore& findings() const { return findings_; }

 private:
  using Id = std::pair<std::string, std::string>;  // server and listen; both "": no server block
  struct Entry {
    std::size_t object = 0;
    std::map<std::size_t, std::size_t> counts;  // by column
  };

  void start_over(const audit::Snapshot& snapshot);
  bool count(const audit::Finding& finding, int by);
  bool follow(const Delta& delta);

  ChunkStore findings_;
  std::map<Id, Entry> entries_;
  std::vector<const std::pair<const Id, Entry>*> objects_;
  std::set<std::size_t> changed_;
};

}  // namespace mtls::collectors
