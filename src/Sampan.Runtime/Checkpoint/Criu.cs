using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>The host's CRIU, which saves processes to files and brings them back: <see href="https://criu.org">criu.org</see>.</summary>
internal sealed class Criu
{
    private const string Needed = "checkpoint and restore need CRIU 3.0 or newer (package criu)";

    private Criu(string program, CriuVersion version) => (Program, Version) = (program, version);

    public string Program { get; }

    public CriuVersion Version { get; }

    /// <exception cref="SampanException">It is not in PATH, does not run, or is too old.</exception>
    public static Criu Find()
    {
        string program = HostProgram.Find("criu") ?? throw new SampanException(ErrorKind.Unsupported, $"criu: executable file not found in $PATH: {Needed}");
        using var process = new CriuProcess(program);
        process.Send(CriuRequest.Of(CriuRequestType.VERSION));
        var answer = process.Receive(out _);
        if (answer is not { Success: true, Type: CriuRequestType.VERSION })
        {
            process.End();
            throw new SampanException(ErrorKind.Unsupported, $"{program} does not tell its version{CriuLog.Cause(process.Complaints, ": ")}: {Needed}");
        }
        if (!answer.Version.AtLeast(3, 0))
            throw new SampanException(ErrorKind.Unsupported, $"{program} is version {answer.Version}: {Needed}");
        return new Criu(program, answer.Version);
    }

    /// <exception cref="SampanException">CRIU or the kernel lacks one of the features that <paramref name="option"/> takes.</exception>
    public void Require(string option, bool memoryTracking = false, bool lazyPages = false)
    {
        using var process = new CriuProcess(Program);
        process.Send(CriuRequest.FeatureCheck(memoryTracking, lazyPages));
        var answer = process.Receive(out _);
        process.End();
        if (answer is not { Success: true })
            throw new SampanException(ErrorKind.Unsupported, $"criu {Version} does not work here{CriuLog.Cause(process.Complaints, ": ")}; {CriuLog.Remedy}");
        if (memoryTracking && !answer.HasMemoryTracking)
            throw new SampanException(ErrorKind.Unsupported, $"{option}: the kernel does not track changes of memory for criu {Version} (CONFIG_MEM_SOFT_DIRTY)");
        if (lazyPages && !answer.HasLazyPages)
            throw new SampanException(ErrorKind.Unsupported, $"{option}: the kernel does not restore memory lazily for criu {Version} (CONFIG_USERFAULTFD)");
    }

    /// <exception cref="SampanException">This CRIU is older.</exception>
    public void RequireVersion(int major, int minor, string purpose)
    {
        if (!Version.AtLeast(major, minor))
            throw new SampanException(ErrorKind.Unsupported, $"{purpose}: needs criu {major}.{minor} or newer, {Program} is {Version}");
    }

    /// <summary>Sends a request and answers CRIU's notifications until it is done.</summary>
    /// <param name="notified">Does what a notification asks for.</param>
    /// <param name="failed">Makes the exception of a failure from CRIU's own words about it, which may be few.</param>
    /// <returns>The answer: success.</returns>
    public static CriuResponse Converse(CriuProcess process, byte[] request, Action<CriuResponse, FileFd?> notified, Func<string?, SampanException> failed)
    {
        process.Send(request);
        while (true)
        {
            var answer = process.Receive(out var descriptor);
            using (descriptor)
            {
                if (answer is not { Success: true })
                {
                    process.End();
                    throw failed(answer?.ErrorMessage ?? process.Complaints);
                }
                if (answer.Type != CriuRequestType.NOTIFY)
                    return answer;
                notified(answer, descriptor);
                process.Send(CriuRequest.Answer(success: true));
            }
        }
    }
}
