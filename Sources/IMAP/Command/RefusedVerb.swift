// Verbs that other servers take and this gateway never will: known by name so that the trail can
// say what was tried, answered like any unknown word.
import Bytes

/// A verb that is always refused.
///
/// Each is a way around the policy, or works on what the gateway does not model. The list only
/// serves the trail: what is on it and what is nowhere is refused alike.
package enum RefusedVerb: UInt8, CaseIterable, Keyword {
    case unauthenticate, language, comparator, getJMAPAccess, xApplePushService
    case xlist, rlist, rlsub, scan, find, bboard, partial
    case cancelUpdate, convert, conversions, getAnnotation, setAnnotation
    case genURLAuth, resetKey, urlFetch
    case dump, undump, xfer, reconstruct, mupdatePush, localAppend, localCreate, localDelete
    case syncGet, syncApply, syncRestart, syncRestore, raclModSeq, upgradeSieve
    case xRename, xRunAnnotator, xWarmup, xForever, xMeID, xSnippets, xStats, xBackup, xKillMy
    case xConvFetch, xConvMeta, xConvMultiSort, xConvSort, xConvUpdates
    case getUserGroup, setUserGroup, unsetUserGroup
    case xCancel, xState, xClient, acl, proxyAuth, xProxy, flushCache, netscape, authen

    package var spelling: StaticString {
        switch self {
        case .unauthenticate: "UNAUTHENTICATE"
        case .language: "LANGUAGE"
        case .comparator: "COMPARATOR"
        case .getJMAPAccess: "GETJMAPACCESS"
        case .xApplePushService: "XAPPLEPUSHSERVICE"
        case .xlist: "XLIST"
        case .rlist: "RLIST"
        case .rlsub: "RLSUB"
        case .scan: "SCAN"
        case .find: "FIND"
        case .bboard: "BBOARD"
        case .partial: "PARTIAL"
        case .cancelUpdate: "CANCELUPDATE"
        case .convert: "CONVERT"
        case .conversions: "CONVERSIONS"
        case .getAnnotation: "GETANNOTATION"
        case .setAnnotation: "SETANNOTATION"
        case .genURLAuth: "GENURLAUTH"
        case .resetKey: "RESETKEY"
        case .urlFetch: "URLFETCH"
        case .dump: "DUMP"
        case .undump: "UNDUMP"
        case .xfer: "XFER"
        case .reconstruct: "RECONSTRUCT"
        case .mupdatePush: "MUPDATEPUSH"
        case .localAppend: "LOCALAPPEND"
        case .localCreate: "LOCALCREATE"
        case .localDelete: "LOCALDELETE"
        case .syncGet: "SYNCGET"
        case .syncApply: "SYNCAPPLY"
        case .syncRestart: "SYNCRESTART"
        case .syncRestore: "SYNCRESTORE"
        case .raclModSeq: "RACLMODSEQ"
        case .upgradeSieve: "UPGRADESIEVE"
        case .xRename: "XRENAME"
        case .xRunAnnotator: "XRUNANNOTATOR"
        case .xWarmup: "XWARMUP"
        case .xForever: "XFOREVER"
        case .xMeID: "XMEID"
        case .xSnippets: "XSNIPPETS"
        case .xStats: "XSTATS"
        case .xBackup: "XBACKUP"
        case .xKillMy: "XKILLMY"
        case .xConvFetch: "XCONVFETCH"
        case .xConvMeta: "XCONVMETA"
        case .xConvMultiSort: "XCONVMULTISORT"
        case .xConvSort: "XCONVSORT"
        case .xConvUpdates: "XCONVUPDATES"
        case .getUserGroup: "GETUSERGROUP"
        case .setUserGroup: "SETUSERGROUP"
        case .unsetUserGroup: "UNSETUSERGROUP"
        case .xCancel: "X-CANCEL"
        case .xState: "X-STATE"
        case .xClient: "XCLIENT"
        case .acl: "ACL"
        case .proxyAuth: "PROXYAUTH"
        case .xProxy: "XPROXY"
        case .flushCache: "FLUSHCACHE"
        case .netscape: "NETSCAPE"
        case .authen: "AUTHEN"
        }
    }

    /// Why it is refused, for the table in the documentation.
    package var reason: StaticString {
        switch self {
        case .unauthenticate: "changes the user of a connection to the backend (RFC 8437)"
        case .language: "changes the backend's texts, none of which a client reads (RFC 5255)"
        case .comparator: "changes how the backend compares (RFC 5255)"
        case .getJMAPAccess: "tells another door to the same mail (RFC 9698)"
        case .xApplePushService: "has another party told of new mail, and tells what exists"
        case .xlist: "older form of LIST RETURN (SPECIAL-USE)"
        case .rlist, .rlsub: "tell mailboxes on other servers (RFC 2193)"
        case .scan, .find, .bboard, .partial: "older than IMAP4rev1"
        case .cancelUpdate: "ends a standing query; there are none (RFC 5267)"
        case .convert, .conversions: "run converters at the backend (RFC 5259)"
        case .getAnnotation, .setAnnotation: "take patterns of mailboxes (draft of METADATA)"
        case .genURLAuth, .resetKey, .urlFetch:
            "make and use URLs that outlive the policy (RFC 4467)"
        case .xConvFetch, .xConvMeta, .xConvMultiSort, .xConvSort, .xConvUpdates, .xSnippets:
            "Cyrus: look across mailboxes"
        case .dump, .undump, .xfer, .reconstruct, .mupdatePush, .localAppend, .localCreate,
            .localDelete, .syncGet, .syncApply, .syncRestart, .syncRestore, .raclModSeq,
            .upgradeSieve, .xRename, .xRunAnnotator, .xWarmup, .xForever, .xMeID, .xStats,
            .xBackup, .xKillMy, .getUserGroup, .setUserGroup, .unsetUserGroup:
            "Cyrus: administration and replication"
        case .xCancel, .xState: "Dovecot: internal"
        case .xClient, .xProxy, .proxyAuth: "speak for another client or user"
        case .acl: "Courier: another form of SETACL"
        case .flushCache: "Zimbra: internal"
        case .netscape, .authen: "older servers: login pages and logins of their own"
        }
    }
}
