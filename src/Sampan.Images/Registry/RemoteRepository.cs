using Sampan.Oci;

namespace Sampan.Images;

/// <summary>A document of a registry as it came, and what it is.</summary>
internal sealed record RemoteManifest(ReadOnlyMemory<byte> Content, Digest Digest, string MediaType);

/// <summary>One repository of a registry: distribution-spec 1.1.</summary>
internal sealed class RemoteRepository(RegistrySession session, string path)
{
    private static readonly string[] s_manifestTypes = [MediaTypes.Index, MediaTypes.Manifest, MediaTypes.DockerManifestList, MediaTypes.DockerManifest];
    private const int MaxPages = 1000;
    private readonly string _pull = $"repository:{path}:pull";

    /// <summary>The digest that a tag means, without its content; null when the registry does not say.</summary>
    public async Task<Digest?> Head(string tagOrDigest, CancellationToken stop)
    {
        using var response = await session.Send(ManifestRequest(HttpMethod.Head, tagOrDigest), stop).ConfigureAwait(false);
        return StatedDigest(response);
    }

    /// <summary>A manifest or an index.</summary>
    /// <exception cref="SampanException">Corrupt: its content is not that of the digest; Unsupported: of an old kind.</exception>
    public async Task<RemoteManifest> Manifest(string tagOrDigest, CancellationToken stop)
    {
        using var response = await session.Send(ManifestRequest(HttpMethod.Get, tagOrDigest), stop).ConfigureAwait(false);
        string what = $"registry {session.Server.Name}: manifest {path}:{tagOrDigest}";
        var content = await BoundedContent.Read(response, JsonReading.Limit, what, stop).ConfigureAwait(false);
        var digest = Digest.OfHash(Sha256.Hash(content.Span));
        var wanted = Digest.TryParse(tagOrDigest, out var asked) ? asked : StatedDigest(response) ?? digest;
        if (digest != wanted)
            throw new SampanException(ErrorKind.Corrupt, $"{what}: its content is {digest}, not {wanted}");
        return new RemoteManifest(content, digest, ManifestKind.Of(response.Content.Headers.ContentType?.MediaType, content, what));
    }

    /// <summary>A blob's bytes from <paramref name="from"/> on, where the registry can do that: else all of them.</summary>
    public Task<HttpResponseMessage> Blob(Digest digest, long from, CancellationToken stop) => session.Send(
        new RegistryRequest(HttpMethod.Get, $"/v2/{path}/blobs/{digest}", _pull) { Subject = $"blob {digest}", From = from }, stop);

    /// <summary>All tags: distribution-spec 1.1, "Listing Tags", page by page.</summary>
    public async Task<IReadOnlyList<string>> Tags(CancellationToken stop)
    {
        var tags = new List<string>();
        await Pages<TagList>($"/v2/{path}/tags/list?n=1000", $"tags of {path}", [], [], page => tags.AddRange(page.Tags ?? []), stop).ConfigureAwait(false);
        return tags;
    }

    /// <summary>What refers to a manifest: distribution-spec 1.1, "Listing Referrers".</summary>
    /// <returns>Null: the registry has no such list; what refers to it may be in an index under <see cref="ReferrersTag.Of"/>.</returns>
    public async Task<IReadOnlyList<Descriptor>?> Referrers(Digest subject, CancellationToken stop)
    {
        var referrers = new List<Descriptor>();
        bool listed = await Pages<ImageIndex>($"/v2/{path}/referrers/{subject}", $"referrers of {subject}", [MediaTypes.Index], [404], page => referrers.AddRange(page.Manifests ?? []), stop).ConfigureAwait(false);
        return listed ? referrers : null;
    }

    /// <param name="absent">Status codes that mean: no such list.</param>
    /// <returns>False: one of those.</returns>
    private async Task<bool> Pages<T>(string first, string what, string[] accept, int[] absent, Action<T> add, CancellationToken stop) where T : OciObject, new()
    {
        string? page = first;
        for (int pages = 0; page is not null; pages++)
        {
            if (pages == MaxPages)
                throw new SampanException(ErrorKind.Corrupt, $"registry {session.Server.Name}: {what}: more than {MaxPages} pages");
            using var response = await session.Send(new RegistryRequest(HttpMethod.Get, page, _pull) { Subject = what, Accept = accept, Answers = absent }, stop).ConfigureAwait(false);
            if (absent.Contains((int)response.StatusCode))
                return false;
            var content = await BoundedContent.Read(response, JsonReading.Limit, what, stop).ConfigureAwait(false);
            add(Json.Read<T>(content, $"registry {session.Server.Name}: {what}"));
            page = NextPage(response);
        }
        return true;
    }

    /// <summary>RFC 8288: <c>Link: &lt;/v2/…&gt;; rel="next"</c>.</summary>
    private static string? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var values) || values.ToString() is not ['<', ..] link || !link.Contains("rel=\"next\"", StringComparison.Ordinal))
            return null;
        return link.IndexOf('>') is > 1 and var end && Uri.TryCreate(response.RequestMessage!.RequestUri, link[1..end], out var next) ? next.AbsoluteUri : null;
    }

    private sealed class TagList : OciObject
    {
        public List<string>? Tags;

        public override void Map(JsonMap map) => map.Texts("tags", ref Tags);
    }

    private RegistryRequest ManifestRequest(HttpMethod method, string tagOrDigest)
        => new(method, $"/v2/{path}/manifests/{tagOrDigest}", _pull) { Subject = $"manifest {path}:{tagOrDigest}", Accept = s_manifestTypes };

    internal static Digest? StatedDigest(HttpResponseMessage response)
        => response.Headers.NonValidated.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.ToString(), out var digest) ? digest : null;
}

/// <summary>What a document is: its own word and the registry's must agree (image-spec 1.1, manifest.md, "mediaType"; CVE-2021-41190).</summary>
internal static class ManifestKind
{
    public static string Of(string? contentType, ReadOnlyMemory<byte> content, string what)
    {
        var probe = Json.Read<MediaTypeProbe>(content, what);
        if (probe.SchemaVersion == 1 || contentType?.StartsWith("application/vnd.docker.distribution.manifest.v1", StringComparison.Ordinal) == true)
            throw new SampanException(ErrorKind.Unsupported, $"{what}: an image in Docker's old format (schema 1), which nobody should use any more: push it anew with a current Docker");
        bool known = MediaTypes.IsIndex(contentType) || MediaTypes.IsManifest(contentType);
        if (known && probe.MediaType is not null && probe.MediaType != contentType)
            throw new SampanException(ErrorKind.Corrupt, $"{what}: it calls itself {probe.MediaType}, the registry calls it {contentType}");
        string? kind = known ? contentType : probe.MediaType;
        return MediaTypes.IsIndex(kind) || MediaTypes.IsManifest(kind) ? kind!
            : throw new SampanException(ErrorKind.Unsupported, $"{what}: neither an image nor a list of images: {kind ?? "of no known media type"}");
    }

    private sealed class MediaTypeProbe : OciObject
    {
        public int SchemaVersion = 2;
        public string? MediaType;

        public override void Map(JsonMap map)
        {
            map.Number("schemaVersion", ref SchemaVersion);
            map.Text("mediaType", ref MediaType);
        }
    }
}
