// Codes from the camera's picture: the browser's own reader where it has one, else
// ours in WebAssembly. Without a camera nothing is missing from the page.

const EVERY_MS = 200;
const LONGEST_EDGE = 960;

const button = document.querySelector("[data-camera]");
const view = document.querySelector("[data-camera-view]");
const failed = document.querySelector("[data-camera-failed]");
const video = view?.querySelector("video");
let stream = null;
let timer = null;

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  const known = await window.BarcodeDetector.getSupportedFormats();
  if (!known.includes("qr_code")) return null;
  const wanted = ["qr_code", "code_128", "code_39", "ean_13", "data_matrix"];
  const detector = new window.BarcodeDetector({ formats: wanted.filter((x) => known.includes(x)) });
  return async () => (await detector.detect(video)).map((found) => found.rawValue);
}

function wasmReader() {
  const reader = window.ZXingWASM;
  if (!reader) return null;
  // The library would fetch its program from elsewhere: ours lies beside it.
  reader.prepareZXingModule({
    overrides: { locateFile: (path, prefix) => path.endsWith(".wasm") ? view.dataset.wasm : prefix + path },
  });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const formats = ["QRCode", "Code128", "Code39", "EAN-13", "DataMatrix"];
  return async () => {
    const scale = Math.min(1, LONGEST_EDGE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = await reader.readBarcodes(picture, { formats, maxNumberOfSymbols: 1 });
    return found.filter((each) => each.isValid).map((each) => each.text);
  };
}

function stop() {
  clearTimeout(timer);
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  view.hidden = true;
  button.hidden = false;
  button.focus();
}

async function look(read) {
  if (!stream) return;
  if (video.readyState >= video.HAVE_CURRENT_DATA && video.videoWidth) {
    const [code] = await read();
    if (code && stream) {
      stop();
      document.dispatchEvent(new CustomEvent("scanned", { detail: code }));
      return;
    }
  }
  timer = setTimeout(() => look(read).catch(fail), EVERY_MS);
}

function fail() {
  stop();
  failed.hidden = false;
}

async function start() {
  failed.hidden = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    view.hidden = false;
    button.hidden = true;
    await video.play();
    const read = (await ownReader()) ?? wasmReader();
    if (!read) throw new Error("no reader");
    await look(read);
  } catch {
    fail();
  }
}

if (button && navigator.mediaDevices?.getUserMedia) {
  button.hidden = false;
  button.addEventListener("click", start);
  view.querySelector("[data-camera-stop]").addEventListener("click", stop);
}
