// Which class of records a line is of, as far as the time goes that it must be kept.

/// What a record is about; `RecordClass` with what the recorder and the service say of themselves.
package enum RetentionClass: String, CaseIterable, Sendable {
    /// Who came, with what, and who it was.
    case identity
    /// What was refused: by the policy, or because it was malformed.
    case denied
    /// Commands that change something, and what came of them.
    case writing
    /// All other commands.
    case reading
    /// The recorder's own records and the service's: starts, gaps, searches, reloads.
    case operation
}

extension RetentionClass {
    /// The class of a line that says this; nil for an event that this version doesn't know.
    ///
    /// A refusal counts as one whatever was refused, but a login stays one that failed.
    package init?(event: String, verdict: String?) {
        guard let event = Event(rawValue: event) else { return nil }
        let own = RetentionClass(event)
        let isRefused = ["deny", "bad"].contains(verdict)
        self = isRefused && (own == .reading || own == .writing) ? .denied : own
    }

    private init(_ event: Event) {
        self =
            switch event {
            case .connectionOpen, .connectionClose, .tlsStart, .authenticationOK,
                .authenticationFail, .authenticationCancel, .backendConnect, .backendLogin,
                .backendDesync, .backendUnknown, .backendBye:
                .identity
            case .authorizationDenied, .vendorRefused, .malformed, .limit, .smuggling:
                .denied
            // CLOSE removes what is marked; UNSELECT has the same code.
            case .close, .create, .delete, .rename, .subscribe, .unsubscribe, .store, .append,
                .copy, .move, .replace, .expunge, .aclSet, .quotaSet, .metadataSet:
                .writing
            case .capability, .noop, .logout, .id, .enable, .idle, .compress, .list, .lsub,
                .namespace, .select, .examine, .status, .notify, .check, .search, .multiSearch,
                .fetch, .aclGet, .aclMine, .quotaGet, .metadataGet:
                .reading
            case .policyReload, .configurationReload, .certificateReload, .drain, .auditStart,
                .auditStop, .auditFail, .auditAlive, .auditGap, .auditTime, .auditSearch,
                .auditExport, .auditHold, .auditRelease, .auditForget, .auditExpire:
                .operation
            }
    }
}
