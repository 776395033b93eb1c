using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Sampan.RootTests.Registry;

/// <summary>A request that came, and how many of its path came before.</summary>
internal sealed record FakeRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, int Before)
{
    public byte[] Body { get; init; } = [];

    public string? Range => Headers.GetValueOrDefault("range");

    public string? Authorization => Headers.GetValueOrDefault("authorization");
}

/// <param name="Status">0: the connection is closed without an answer.</param>
/// <param name="CutAfter">Bytes of the body after which the connection breaks.</param>
/// <param name="HangAfterCut">It stays open instead, and nothing more comes.</param>
internal sealed record FakeAnswer(int Status, byte[] Body, params (string Name, string Value)[] Headers)
{
    public int? CutAfter { get; init; }

    public bool HangAfterCut { get; init; }
}

/// <summary>A registry on loopback that misbehaves as a test tells it to.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Dictionary<string, (byte[] Body, string Type)> _content = [];
    private readonly List<FakeRequest> _requests = [];
    private readonly List<Socket> _open = [];
    private readonly Dictionary<string, byte[]> _pieces = [];
    private int _uploads;

    public FakeRegistry()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Name = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string Name { get; }

    /// <summary>Asked before anything is answered; null: behave.</summary>
    public Func<FakeRequest, FakeAnswer?> Misbehave { get; set; } = static _ => null;

    public List<FakeRequest> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public string Blob(byte[] content)
    {
        _content[$"/v2/app/blobs/{DigestOf(content)}"] = (content, "application/octet-stream");
        return DigestOf(content);
    }

    /// <summary>Under the tag and under its digest.</summary>
    public string Manifest(string tag, string json, string type = Oci.MediaTypes.Manifest)
    {
        byte[] content = Encoding.UTF8.GetBytes(json);
        _content[$"/v2/app/manifests/{tag}"] = _content[$"/v2/app/manifests/{DigestOf(content)}"] = (content, type);
        return DigestOf(content);
    }

    /// <summary>An image of plain layers, as <c>app:TAG</c>.</summary>
    public string Image(string tag, params byte[][] layers) => ImageFor("amd64", "", tag, layers);

    public string ImageFor(string architecture, string variant, string tag, params byte[][] layers)
    {
        string config = $$$"""{"architecture":"{{{architecture}}}","variant":"{{{variant}}}","os":"linux","rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', layers.Select(l => $"\"{DigestOf(l)}\""))}}}]}}""";
        string list = string.Join(',', layers.Select(l => $$"""{"mediaType":"{{Oci.MediaTypes.Layer}}","digest":"{{Blob(l)}}","size":{{l.Length}}}"""));
        return Manifest(tag, $$$"""{"schemaVersion":2,"mediaType":"{{{Oci.MediaTypes.Manifest}}}","config":{"mediaType":"{{{Oci.MediaTypes.Config}}}","digest":"{{{Blob(Encoding.UTF8.GetBytes(config))}}}","size":{{{config.Length}}}},"layers":[{{{list}}}]}""");
    }

    /// <summary>An index of manifests that are here, each <c>os/architecture/variant</c> and its digest; an empty platform is left out.</summary>
    public string Index(string tag, params (string Platform, string Digest)[] entries) => Index(tag, Oci.MediaTypes.Index, entries);

    public string Index(string tag, string type, params (string Platform, string Digest)[] entries)
    {
        string list = string.Join(',', entries.Select(e =>
        {
            var (body, kind) = _content[$"/v2/app/manifests/{e.Digest}"];
            string[] p = e.Platform.Split('/');
            string platform = e.Platform.Length == 0 ? "" : $$""","platform":{"os":"{{p[0]}}","architecture":"{{p[1]}}"{{(p.Length > 2 ? $",\"variant\":\"{p[2]}\"" : "")}}}""";
            return $$"""{"mediaType":"{{kind}}","digest":"{{e.Digest}}","size":{{body.Length}}{{platform}}}""";
        }));
        return Manifest(tag, $$"""{"schemaVersion":2,"mediaType":"{{type}}","manifests":[{{list}}]}""", type);
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_open)
            _open.ForEach(static s => s.Dispose());
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                socket.NoDelay = true; // head and body are sent apart
                lock (_open)
                    _open.Add(socket);
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return; // the test is over
        }
    }

    private void Serve(Socket socket)
    {
        bool hangs = false;
        try
        {
            while (Read(socket) is { } request && Answer(socket, request, out hangs))
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            hangs = false; // the client has had enough
        }
        if (!hangs)
            socket.Dispose();
    }

    /// <summary>Null at the end of the connection, and for what is no HTTP: the first byte of TLS.</summary>
    private FakeRequest? Read(Socket socket)
    {
        var head = new List<byte>();
        byte[] one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (socket.Receive(one) == 0 || (head.Count == 0 && one[0] == 0x16))
                return null;
            head.Add(one[0]);
        }
        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines[1..].Select(l => l.Split(": ", 2)).ToDictionary(p => p[0].ToLowerInvariant(), p => p[1]);
        byte[] body = new byte[int.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture)];
        for (int at = 0, n; at < body.Length; at += n)
            if ((n = socket.Receive(body.AsSpan(at))) == 0)
                return null;
        lock (_requests)
        {
            string[] first = lines[0].Split(' ');
            var request = new FakeRequest(first[0], first[1], headers, _requests.Count(r => r.Path == first[1])) { Body = body };
            _requests.Add(request);
            return request;
        }
    }

    private bool Answer(Socket socket, FakeRequest request, out bool hangs)
    {
        var answer = Misbehave(request) ?? Behave(request);
        hangs = false;
        if (answer.Status == 0)
            return false;
        var head = new StringBuilder($"HTTP/1.1 {answer.Status} x\r\nContent-Length: {answer.Body.Length}\r\n");
        foreach (var (name, value) in answer.Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        socket.Send(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        hangs = answer.HangAfterCut;
        if (request.Method != "HEAD")
            socket.Send(answer.Body.AsSpan(0, answer.CutAfter ?? answer.Body.Length));
        return answer.CutAfter is null;
    }

    public FakeAnswer Behave(FakeRequest request)
    {
        if (request.Path == "/v2/")
            return new FakeAnswer(200, []);
        if (request.Method is "POST" or "PUT" or "PATCH" || request.Path.Contains("/uploads/"))
            return Take(request);
        if (!_content.TryGetValue(request.Path, out var found))
            return new FakeAnswer(404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8.ToArray());
        if (request.Range is not { } range)
            return new FakeAnswer(200, found.Body, ("Content-Type", found.Type));
        int from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        return new FakeAnswer(206, found.Body[from..], ("Content-Type", found.Type), ("Content-Range", $"bytes {from}-{found.Body.Length - 1}/{found.Body.Length}"));
    }

    /// <summary>distribution-spec 1.1, "Push": uploads in one piece or in several, and manifests.</summary>
    private FakeAnswer Take(FakeRequest request)
    {
        const string Uploads = "/v2/app/blobs/uploads/";
        if (request.Method == "POST")
            return new FakeAnswer(202, [], ("Location", $"{Uploads}{Interlocked.Increment(ref _uploads)}?state=0"));
        string upload = request.Path.Split('?')[0];
        if (request.Method is "PATCH" or "GET")
            lock (_requests)
            {
                byte[] there = _pieces.GetValueOrDefault(upload, []);
                if (request.Method == "PATCH" && request.Headers["content-range"] != $"{there.Length}-{there.Length + request.Body.Length - 1}")
                    return new FakeAnswer(416, []);
                _pieces[upload] = there = [.. there, .. request.Body];
                return new FakeAnswer(request.Method == "GET" ? 204 : 202, [], ("Location", $"{upload}?state={there.Length}"), ("Range", $"0-{Math.Max(0, there.Length - 1)}"));
            }
        if (_pieces.Remove(upload, out byte[]? pieces))
            request = request with { Body = [.. pieces, .. request.Body] };
        string digest = DigestOf(request.Body);
        if (request.Path.StartsWith(Uploads, StringComparison.Ordinal) && !request.Path.EndsWith($"&digest={Uri.EscapeDataString(digest)}", StringComparison.Ordinal))
            return new FakeAnswer(400, """{"errors":[{"code":"DIGEST_INVALID","message":"another digest"}]}"""u8.ToArray());
        lock (_requests)
            if (request.Path.StartsWith(Uploads, StringComparison.Ordinal))
                Blob(request.Body);
            else
                Manifest(request.Path.Split('/')[^1], Encoding.UTF8.GetString(request.Body), request.Headers["content-type"]);
        return new FakeAnswer(201, [], ("Docker-Content-Digest", digest));
    }
}
