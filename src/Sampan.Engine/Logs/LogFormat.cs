namespace Sampan.Engine;

/// <summary>One record of a log: a line of what a container wrote, or a part of one.</summary>
internal ref struct LogRecord
{
    /// <summary>RFC 3339, UTC, nine digits of a second: the order of times is that of their bytes.</summary>
    public ReadOnlySpan<byte> Time;
    public bool StandardError;

    /// <summary>The line ends here; otherwise it goes on in the stream's next record.</summary>
    public bool Whole;

    /// <summary>Without the newline.</summary>
    public ReadOnlySpan<byte> Text;
}

/// <summary>How a log file is written, a record a line.</summary>
internal abstract class LogFormat
{
    /// <param name="line">Without its newline.</param>
    /// <returns>False: no record, such as a line that a power cut has torn. The spans of <paramref name="record"/> live until the next call.</returns>
    public abstract bool TryRead(ReadOnlySpan<byte> line, out LogRecord record);
}

/// <summary>The log format of the Kubernetes container runtime interface: <c>TIME stdout|stderr F|P TEXT</c>.</summary>
internal sealed class CriFormat : LogFormat
{
    public override bool TryRead(ReadOnlySpan<byte> line, out LogRecord record)
    {
        record = default;
        int first = line.IndexOf((byte)' ');
        if (first < 0 || line.Length < first + 10)
            return false;
        record.Time = line[..first];
        record.StandardError = line[(first + 1)..].StartsWith("stderr "u8);
        record.Whole = line[first + 8] == (byte)'F';
        record.Text = line[(first + 10)..];
        return true;
    }
}
