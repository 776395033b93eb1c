namespace Sampan.Runtime;

/// <summary><c>criu_req_type</c> of CRIU's images/rpc.proto.</summary>
internal enum CriuRequestType
{
    EMPTY = 0, DUMP = 1, RESTORE = 2, CHECK = 3, PRE_DUMP = 4, NOTIFY = 6, FEATURE_CHECK = 9, VERSION = 10,
}

/// <summary><c>criu_req</c> of CRIU's images/rpc.proto.</summary>
internal static class CriuRequest
{
    public static byte[] Of(CriuRequestType type, CriuOptions? options = null)
    {
        var request = Begin(type);
        if (options is not null)
            request.Message(2, options.Encode());
        return request.ToArray();
    }

    /// <summary>The answer to a notification: go on, or give up.</summary>
    public static byte[] Answer(bool success)
    {
        var request = Begin(CriuRequestType.NOTIFY);
        request.Number(3, success ? 1 : 0); // notify_success
        return request.ToArray();
    }

    /// <summary>Asks whether CRIU and the kernel can track memory, and restore it lazily: <c>criu_features</c>.</summary>
    public static byte[] FeatureCheck(bool memoryTracking, bool lazyPages)
    {
        var features = new ProtobufWriter();
        features.Flag(1, memoryTracking); // mem_track
        features.Flag(2, lazyPages); // lazy_pages
        var request = Begin(CriuRequestType.FEATURE_CHECK);
        request.Message(5, features);
        return request.ToArray();
    }

    private static ProtobufWriter Begin(CriuRequestType type)
    {
        var request = new ProtobufWriter();
        request.Number(1, (int)type);
        return request;
    }
}
