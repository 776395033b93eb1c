using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Brings the config and the layers of one manifest into a transaction.</summary>
internal sealed class ImagePull(StoreTransaction transaction, RemoteRepository repository, ITransferProgress progress)
{
    /// <summary>Connections at once.</summary>
    private const int Downloads = 4;

    /// <param name="platform">What was asked for; null: any will do.</param>
    /// <returns>The image's entry for the index.</returns>
    public async Task<Descriptor> Run(RemoteManifest document, ImagePlatform? platform, CancellationToken stop)
    {
        var manifest = Json.Read<ImageManifest>(document.Content, $"image manifest {document.Digest}");
        if (!MediaTypes.IsImageConfig(manifest.Config!.MediaType))
            throw new SampanException(ErrorKind.Unsupported, $"manifest {document.Digest} is no image: {manifest.ArtifactType ?? manifest.Config.MediaType}");
        var configContent = await Config(manifest.Config!, stop).ConfigureAwait(false);
        var config = Json.Read<ImageConfig>(configContent, $"image config {manifest.Config!.Digest}");
        var diffIds = LayerStack.DiffIds(manifest, config, $"image {manifest.Config.Digest.Short}");
        if (config.Os is not (null or "" or "linux"))
            throw new SampanException(ErrorKind.Unsupported, $"image {manifest.Config.Digest.Short} is for {config.Os}, not linux");
        if (platform?.Accepts(ImagePlatform.Of(config)) == false)
            throw new SampanException(ErrorKind.NotFound, $"image {manifest.Config.Digest.Short} is for {ImagePlatform.Of(config)}, not {platform}");
        await Layers(manifest.Layers!, diffIds, stop).ConfigureAwait(false);
        long size = 0;
        foreach (var chainId in ChainId.Of(diffIds))
            size += LayerWork.SizeOf(transaction.FindLayer(chainId)!);
        transaction.AddBlob(configContent.Span, manifest.Config.MediaType ?? MediaTypes.Config);
        return ImageStore.Entry(transaction.AddBlob(document.Content.Span, document.MediaType), config, manifest.Config.Digest, size);
    }

    private async Task<ReadOnlyMemory<byte>> Config(Descriptor config, CancellationToken stop)
    {
        using var response = await repository.Blob(config.Digest, 0, stop).ConfigureAwait(false);
        var content = await BoundedContent.Read(response, JsonReading.Limit, $"image config {config.Digest}", stop).ConfigureAwait(false);
        var actual = Digest.OfHash(Sha256.Hash(content.Span));
        return actual == config.Digest ? content : throw new SampanException(ErrorKind.Corrupt, $"image config {config.Digest}: its content is {actual}");
    }

    private async Task Layers(List<Descriptor> blobs, List<Digest> diffIds, CancellationToken outer)
    {
        var chain = ChainId.Of(diffIds);
        transaction.Lease(blobs.ConvertAll(static b => b.Digest), chain);
        var transfers = blobs.ConvertAll(b => new LayerTransfer(b.Digest, b.Size, progress));
        progress.Started(transfers);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(outer);
        using var downloading = new SemaphoreSlim(Downloads);
        using var unpacking = new SemaphoreSlim(Environment.ProcessorCount + 1);
        var downloads = new Dictionary<Digest, BlobDownload>();
        var layers = new UnpackedLayer?[blobs.Count];
        var tasks = new List<Task>();
        Exception? first = null;
        try
        {
            // The largest first: what takes longest must not begin last.
            foreach (int i in Enumerable.Range(0, blobs.Count).OrderByDescending(i => blobs[i].Size))
            {
                bool unpacked = transaction.FindLayer(chain[i]) is not null;
                if (transaction.Holds(blobs[i].Digest))
                {
                    if (!unpacked)
                        tasks.Add(Unpack(i, () => transaction.OpenBlob(blobs[i].Digest)));
                    else
                        transfers[i].Enter(LayerPhase.AlreadyThere);
                    continue;
                }
                if (!downloads.TryGetValue(blobs[i].Digest, out var download))
                {
                    downloads.Add(blobs[i].Digest, download = BlobDownload.Open(transaction, blobs[i]));
                    tasks.Add(Fetch(download, transfers[i]));
                }
                tasks.Add(Unpack(i, download.File.Reader));
            }
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (first is not null)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first); // the others only followed it
            outer.ThrowIfCancellationRequested();
            for (int i = 0; i < layers.Length; i++)
                layers[i]?.Settle(transaction, chain.GetRange(0, i));
            foreach (var (digest, download) in downloads)
                transaction.AddBlob(download.File.Path, digest);
        }
        finally
        {
            foreach (var layer in layers)
                layer?.Dispose();
            foreach (var download in downloads.Values)
                transaction.Own(download);
        }

        async Task Fetch(BlobDownload download, LayerTransfer transfer)
        {
            try
            {
                if (download.IsOthers)
                    await download.Follow(transaction, transfer, stop.Token).ConfigureAwait(false);
                await downloading.WaitAsync(stop.Token).ConfigureAwait(false);
                try
                {
                    await download.Run(repository, transfer, stop.Token).ConfigureAwait(false);
                }
                finally
                {
                    downloading.Release();
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, e, null);
                download.File.Fail(e);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        async Task Unpack(int i, Func<Stream> open)
        {
            try
            {
                await unpacking.WaitAsync(stop.Token).ConfigureAwait(false);
                try
                {
                    // A thread of its own: it works for seconds, and waits for what is still to come.
                    await Task.Factory.StartNew(() => UnpackNow(i, open), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
                }
                finally
                {
                    unpacking.Release();
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, e, null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        void UnpackNow(int i, Func<Stream> open)
        {
            using var source = open();
            if (transaction.FindLayer(chain[i]) is null)
                layers[i] = UnpackedLayer.Read(transaction, source, diffIds[i]);
            else
                LayerWork.Verify(source, diffIds[i]); // a new blob must be the layer that is there, or the store would hold two truths
            transfers[i].Enter(LayerPhase.Done);
        }
    }
}
