namespace Sampan.Runtime;

/// <summary><c>criu_resp</c> of CRIU's images/rpc.proto, with what is in it.</summary>
internal sealed class CriuResponse
{
    public CriuRequestType Type { get; private set; }

    public bool Success { get; private set; }

    /// <summary>Of a failure; CRIU's own line about it, where it gives one.</summary>
    public string? ErrorMessage { get; private set; }

    public int Errno { get; private set; }

    /// <summary>Of a restored tree's first process, in CRIU's PID namespace: of the answer, or of a notification.</summary>
    public int Pid { get; private set; }

    /// <summary>Which notification it is, such as <c>post-restore</c>.</summary>
    public string Notification { get; private set; } = "";

    public bool HasMemoryTracking { get; private set; }

    public bool HasLazyPages { get; private set; }

    public CriuVersion Version { get; private set; }

    /// <exception cref="SampanException">It is not a message.</exception>
    public static CriuResponse Parse(ReadOnlySpan<byte> message)
    {
        var response = new CriuResponse();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    response.Type = (CriuRequestType)reader.Number;
                    break;
                case 2:
                    response.Success = reader.Flag;
                    break;
                case 4: // criu_restore_resp
                    response.ReadRestored(reader.Bytes);
                    break;
                case 5: // criu_notify
                    response.ReadNotification(reader.Bytes);
                    break;
                case 7: // cr_errno
                    response.Errno = (int)reader.Number;
                    break;
                case 8: // criu_features
                    response.ReadFeatures(reader.Bytes);
                    break;
                case 9: // cr_errmsg
                    response.ErrorMessage = reader.Text;
                    break;
                case 10:
                    response.Version = CriuVersion.Parse(reader.Bytes);
                    break;
            }
        }
        return response;
    }

    private void ReadRestored(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                Pid = (int)reader.Number;
        }
    }

    private void ReadNotification(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                Notification = reader.Text;
            else if (reader.Field == 2)
                Pid = (int)reader.Number;
        }
    }

    private void ReadFeatures(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                HasMemoryTracking = reader.Flag;
            else if (reader.Field == 2)
                HasLazyPages = reader.Flag;
        }
    }
}
