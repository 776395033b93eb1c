using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>
/// Writes output as the log format of the Kubernetes container runtime interface has it, a record a line:
/// <c>2016-10-06T00:17:09.669794202Z stdout F the line</c>. <c>P</c> marks a record whose line goes on in the stream's next record, so that output
/// without a newline is in the log at once, and the bytes can be had back exactly.
/// See <see href="https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md">kubelet-cri-logging.md</see>.
/// </summary>
/// <remarks>A record is written only once its chunk is complete.</remarks>
public sealed class CriLog(LogFile file) : FileLog(file)
{
    // " stdout F " and the time.
    private const int HeadSize = Rfc3339.Length + 10;

    public override void Write(bool standardError, ReadOnlySpan<byte> chunk, timespec now)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        Rfc3339.Format(now, head);
        (standardError ? " stderr F "u8 : " stdout F "u8).CopyTo(head[Rfc3339.Length..]);
        while (chunk.Length > 0)
        {
            int newline = chunk.IndexOf((byte)'\n');
            var line = newline < 0 ? chunk : chunk[..newline];
            head[HeadSize - 2] = newline < 0 ? (byte)'P' : (byte)'F';
            Begin();
            Append(head);
            Append(line);
            Append("\n"u8);
            chunk = newline < 0 ? default : chunk[(newline + 1)..];
        }
        Flush();
    }
}
