"""How a finished voice speaks: a text becomes lines, lines become latents, latents become samples.

files         the text that is spoken, and the speech, as files
folder        what lies in a voice folder
script        what is said and where it is silent: phrases, breaks, pauses
synthesis     the road from symbol ids to samples, the same for every backend; numpy at its border
recording     what is to be said again in another voice
together      several phrases in one batch
torch_parts   the networks in torch
onnx_parts    the networks in onnxruntime, without torch
"""
