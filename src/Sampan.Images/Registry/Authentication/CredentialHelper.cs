using System.Buffers;
using System.Text;
using System.Text.Json;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>A program <c>docker-credential-NAME</c> that keeps credentials outside of files: in a keyring, at a cloud's.</summary>
/// <remarks>The protocol of <see href="https://github.com/docker/docker-credential-helpers#development">docker-credential-helpers</see>: one word as argument, a document on standard input, an answer on standard output.</remarks>
internal sealed class CredentialHelper(string name)
{
    private const string Prefix = "docker-credential-", TokenUser = "<token>";

    /// <summary>What every helper says when it knows nothing of a server.</summary>
    private const string NotFound = "credentials not found in native keychain";
    private const int Limit = 1 << 20;

    /// <summary>Milliseconds; some ask a person for the keyring's password.</summary>
    private const int Patience = 120_000;

    public string Program => Prefix + name;

    /// <returns>Null: it has none.</returns>
    public Credential? Get(string registry)
    {
        string key = CredentialKeys.OfHelper(registry);
        if (Run("get", Encoding.UTF8.GetBytes(key)) is not { } answer)
            return null;
        var found = Json.Read<HelperAnswer>(answer, $"{Program}: get {key}");
        return found.User is not { Length: > 0 } user || found.Secret is not { Length: > 0 } secret ? null
            : user == TokenUser ? new Credential("", "") { IdentityToken = secret } : new Credential(user, secret);
    }

    public void Store(string registry, Credential credential)
    {
        var document = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(document))
        {
            json.WriteStartObject();
            json.WriteString("ServerURL", CredentialKeys.OfHelper(registry));
            json.WriteString("Username", credential.User);
            json.WriteString("Secret", credential.Password);
            json.WriteEndObject();
        }
        Run("store", document.WrittenMemory);
    }

    public void Erase(string registry) => Run("erase", Encoding.UTF8.GetBytes(CredentialKeys.OfHelper(registry)));

    /// <returns>Null: no such credentials.</returns>
    private ReadOnlyMemory<byte>? Run(string verb, ReadOnlyMemory<byte> input)
    {
        // Files in memory, not pipes: neither side can keep the other waiting.
        using var source = MemoryFile.Create(Program);
        using var answer = MemoryFile.Create(Program);
        LinuxException.Check(Sys.Pwrite(source.Number, input.Span, 0), "write", Program);
        int code = Wait(PosixSpawn.Start(Find(), [Program, verb], new SpawnOptions { Fds = [source.Number, answer.Number, 2] }), verb);
        byte[] said = new byte[Limit + 1];
        int length = (int)LinuxException.Check(Sys.Pread(answer.Number, said, 0), "read", Program);
        if (length > Limit)
            throw new SampanException(ErrorKind.Corrupt, $"{Program}: {verb}: its answer is longer than {Limit >> 10} KiB");
        if (code == 0)
            return said.AsMemory(0, length);
        string words = Encoding.UTF8.GetString(said, 0, Math.Min(length, 500)).Trim();
        return words == NotFound ? null : throw new SampanException(ErrorKind.System, $"{Program}: {verb}: {(words.Length > 0 ? words : $"exit code {code}")}");
    }

    private int Wait(int pid, string verb)
    {
        using var process = new PidFd((int)LinuxException.Check(Sys.PidfdOpen(pid), "pidfd_open", Program));
        Span<pollfd> wanted = [new pollfd { fd = process.Number, events = PollEvents.POLLIN }];
        long end = Environment.TickCount64 + Patience;
        bool ended = false;
        for (long left = Patience; !ended && left > 0; left = end - Environment.TickCount64)
            ended = LinuxException.Check(Sys.Poll(wanted, (int)left), "poll", Program) > 0; // 0 after a signal, too
        if (!ended)
            Sys.PidfdSendSignal(process.Number, Signal.SIGKILL);
        LinuxException.Check(Sys.Waitid(Sys.P_PID, pid, out var info, Sys.WEXITED), "waitid", Program);
        return ended ? info.ExitCode : throw new SampanException(ErrorKind.System, $"{Program}: {verb}: no answer within {Patience / 1000} s");
    }

    private string Find()
    {
        if (name.AsSpan().ContainsAny('/', '\0'))
            throw new SampanException(ErrorKind.InvalidArgument, $"\"{name}\" is no name of a credential helper");
        return HostProgram.Find(Program) ?? throw new SampanException(ErrorKind.NotFound, $"{Program}, which the configuration has keep credentials, is not in $PATH");
    }

    private sealed class HelperAnswer : OciObject
    {
        public string? User;
        public string? Secret;

        public override void Map(JsonMap map)
        {
            map.Text("Username", ref User);
            map.Text("Secret", ref Secret);
        }
    }
}
