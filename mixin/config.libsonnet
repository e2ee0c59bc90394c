// What you may want otherwise; override it as `_config+:: { ... }` (see README.md). The shipped files are rendered with
// these values.
{
  _config+:: {
    // Matchers that every query about hosts gets, such as 'env="prod"'. Empty: all series.
    selector: '',
    // Which targets are exporters, for `up`.
    up_selector: 'job="nginx-mtls"',

    // Where the runbook is. The heading of the alert, in lower case, follows as #anchor.
    runbook_url: 'alerts/runbook.md',
    // Labels that every alert gets besides its severity, such as { team: 'edge' }.
    alert_labels: {},

    thresholds: {
      ca_warning_days: 30,  // NginxClientCABundleExpiryWarning
      ca_critical_days: 7,  // NginxClientCABundleExpiryCritical
      lockout_days: 7,  // NginxMtlsPredictedLockout
      pending_warning: '15m',  // NginxMtlsReloadPending
      pending_critical: '4h',  // NginxMtlsReloadPendingTooLong
      old_workers: '2h',  // NginxMtlsOldWorkersHoldOldTrust
      refusals: 20,  // clients in 15 minutes: NginxMtlsVerifyFailuresHigh
      refusals_factor: 5,  // and how many times those of a day ago
      client_days: 7,  // NginxMtlsClientCertificatesExpireSoon
      lockout_clients: 5,  // NginxMtlsClientsLockedOutSoon: so many, within 7 days
      short_lived_days: 30,  // and not where half of the connections have less time left than that
      old_ca_days: 14,  // NginxMtlsOldCAStillInUse
      crl_share_left: 0.25,  // of the CRL's lifetime: NginxMtlsCRLExpiring
      stuck_seconds: 900,  // NginxMtlsValidationStuck
    },

    // Labels that Prometheus gives to the targets of one fleet alike, besides job; rules for fleets keep all but these.
    instance_labels: ['instance'],

    dashboards: {
      prefix: 'nginx-mtls-',  // of the uid and the file name
      tags: ['nginx', 'mtls'],
      refresh: '1m',
      from: 'now-24h',
    },
  },
}
