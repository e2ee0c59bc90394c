#include "collectors/collect.h"
#include "collectors/server.h"

namespace mtls::collectors {
namespace {

using audit::BundleAudit;

double number(std::size_t value) { return static_cast<double>(value); }

constexpr std::size_t kSeriesPerCertificate = 4;

// Of one file.
bool too_many(std::size_t certificates, const audit::Limits& limits) {
  return certificates > limits.max_certificates_per_file ||
         kSeriesPerCertificate * certificates > limits.max_series_per_file;
}

// The certificates of one file in the trust store of one server block; `first`: an index into it.
void add_trusted(Family& trusts, const Server& server, const audit::StoreFile& file,
                 std::size_t first) {
  for (std::size_t i = 0; i < file.certificates; ++i) {
    const pki::Member& member = server.audit.store.members[first + i];
    Labels labels = server.labels();
    labels.emplace_back("path", file.path);
    labels.emplace_back("fingerprint", member.certificate.facts().fingerprint.label());
    trusts.add(labels, 1);
  }
}

}  // namespace

void bundle_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                     Families& families) {
  Family info(kBundleInfo);
  Family expiry(kBundleEarliestExpiry);
  Family certificates(kBundleCertificates);
  Family verified(kBundleVerifySuccess);
  Family problems(kBundleProblems);
  for (const auto& [path, bundle] : snapshot.bundles) {
    verified.add({{"path", path}}, bundle.verified ? 1 : 0);
    for (std::size_t i = 0; i < audit::kProblems; ++i) {
      problems.add({{"path", path}, {"problem", std::string(word(static_cast<audit::Problem>(i)))}},
                   number(bundle.problems.at(i)));
    }
    if (!bundle.file->material) continue;
    for (const std::string& directive : bundle.directives) {
      info.add({{"path", path},
                {"directive", directive},
                {"fingerprint", bundle.file->material->content.label()}},
               1);
    }
    if (const auto until = audit::earliest_expiry(*bundle.file->material)) {
      expiry.add({{"path", path}}, base::unix_seconds(*until));
    }
    const auto state = [&, &at = path](const char* name, std::size_t count) {
      certificates.add({{"path", at}, {"state", name}}, number(count));
    };
    state("valid", bundle.valid);
    state("expired", bundle.expired);
    state("not_yet_valid", bundle.not_yet_valid);
    state("duplicate", bundle.duplicate);
    state("omitted", too_many(bundle.members.size(), limits) ? bundle.members.size() : 0);
  }
  for (Family* family : {&info, &expiry, &certificates, &verified, &problems})
    families.push_back(family->take());
}

std::size_t ca_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                        Families& families) {
  Family not_before(kCaNotBefore);
  Family not_after(kCaNotAfter);
  Family superseded(kCaSuperseded);
  Family info(kCaInfo);
  std::size_t omitted = 0;
  for (const auto& [path, bundle] : snapshot.bundles) {
    if (too_many(bundle.members.size(), limits)) {
      omitted += kSeriesPerCertificate * bundle.members.size();
      continue;
    }
    for (const pki::paths::Member& member : bundle.members) {
      const pki::CertificateFacts& facts = member.certificate.facts();
      const Labels id{{"path", path}, {"fingerprint", facts.fingerprint.label()}};
      if (facts.validity.not_before)
        not_before.add(id, base::unix_seconds(*facts.validity.not_before));
      if (facts.validity.not_after)
        not_after.add(id, base::unix_seconds(*facts.validity.not_after));
      superseded.add(id, member.superseded ? 1 : 0);
      info.add({{"path", path},
                {"fingerprint", facts.fingerprint.label()},
                {"subject_cn", facts.subject.common_name},
                {"issuer_cn", facts.issuer.common_name},
                {"role", std::string(word(member.role))}},
               1);
    }
  }
  for (Family* family : {&not_before, &not_after, &superseded, &info})
    families.push_back(family->take());
  return omitted;
}

std::size_t server_ca_family(const audit::Snapshot& snapshot, const audit::Limits& limits,
                             Families& families) {
  Family trusts(kServerCaInfo);
  std::size_t count = 0;
  std::size_t omitted = 0;
  for (const Server& server : asking_servers_of(snapshot)) {
    std::size_t first = 0;
    for (const audit::StoreFile& file : server.audit.store_files) {
      const bool is_shown = !too_many(file.certificates, limits);
      (is_shown ? count : omitted) += file.certificates;
      if (is_shown && count <= limits.max_series) add_trusted(trusts, server, file, first);
      first += file.certificates;
    }
  }
  if (count > limits.max_series) return omitted + count;
  families.push_back(trusts.take());
  return omitted;
}

}  // namespace mtls::collectors
