var e={nl:{noAppeals:`Je hebt geen bezwaren, en er ligt niets bij een mens.`,steps:`Hoe ver het is`,extended:`Waarom het langer duurt`,asked:`De beoordelaar vraagt`,statement:`Jouw uitleg`,replied:`Jouw reactie`,ruling:`Het besluit`,send:`Versturen`,reply:`Je reactie is bij de beoordelaar.`,add:`Je uitleg is bewaard.`,withdraw:`Je bezwaar is ingetrokken.`,escalate:`Een tweede mens gaat kijken.`,employer:`Wat je werkgever ziet`,employerNothing:`Nu geen enkel antwoord van je.`,looks:`Wie er heeft gekeken`,looksNone:`Nog niemand.`,consented:`Toestemming gegeven op {date}, voor versie {policy}.`,choices:`Wat jij kiest`,byPerson:`Een mens beoordeelt al mijn antwoorden, de computer niet.`,byPersonMeans:`Je wacht dan langer op je punten. Verder verandert er niets. Het geldt vanaf je volgende antwoord.`,contact:`Mail over je bezwaren`,contactMeans:`Dan krijg je ook een mail als er nieuws is. Je antwoorden staan daar nooit in. Het hoeft niet: je leest het nieuws altijd hier.`,contactKnown:`Nieuws gaat naar {address}.`,email:`E-mailadres`,save:`Bewaren`,remove:`Adres wissen`},en:{noAppeals:`You have no appeals, and nothing is with a person.`,steps:`How far it is`,extended:`Why it takes longer`,asked:`The reviewer asks`,statement:`Your explanation`,replied:`Your reply`,ruling:`The decision`,send:`Send`,reply:`The reviewer has your reply.`,add:`Your explanation is kept.`,withdraw:`Your appeal is withdrawn.`,escalate:`A second person will look.`,employer:`What your employer sees`,employerNothing:`None of your answers now.`,looks:`Who has looked`,looksNone:`Nobody yet.`,consented:`Consent given on {date}, for version {policy}.`,choices:`What you choose`,byPerson:`A person grades all my answers, not the computer.`,byPersonMeans:`You then wait longer for your points. Nothing else changes. It counts from your next answer on.`,contact:`Mail about your appeals`,contactMeans:`Then you also get a mail when there is news. Your answers are never in it. You need not: you can always read the news here.`,contactKnown:`News goes to {address}.`,email:`E-mail address`,save:`Keep`,remove:`Wipe address`}},t=2e3,n={done:`check`,now:`person`,next:`dash`};async function r(e,t,n){await new i(e,t,n).load()}var i=class{#e=[];#t=``;#n=null;#r=``;#i=``;#a=!1;constructor(e,t,n){this.chat=e,this.panel=t,this.kit=n}get#o(){return e[this.chat.talk.language]}async load(){let e=await this.chat.talk.reach(`GET`,`appeals`);this.#e=e.appeals,this.#t=e.complaint,this.#s()}#s(...e){let{html:t}=this.kit;this.panel.body=t`<p class="said" role="status">${this.#i}</p>
${this.#e.length?t`<ol>${this.#e.map(e=>this.#c(e))}</ol>`:t`<p>${this.#o.noAppeals}</p>`}
 <p class="small">${this.#t}</p>`,this.chat.update(),e.length&&this.chat.focusOn(...e)}#c(e){let{html:t,nothing:r,icon:i,paragraphs:a}=this.kit,o=this.#o,{number:s,question:c,steps:l,extended:u,asked:d,reply:f,statement:p,ruling:m}=e,h=(e,n)=>n?t`<div class="part"><p class="small">${e}</p>${a(n)}</div>`:r,g=h(o.ruling,m&&[m.title,m.reason,m.text].filter(Boolean).join(`
`)),_=e.can.find(({act:e})=>this.#n?.number===s&&this.#n.act===e);return t`<li class="card case">
<p class="eyebrow">${s}</p>
<h4 id=${s} tabindex="-1">${c}</h4>
<ol class="steps" aria-label=${o.steps}>
${l.map(({when:e,text:a})=>t`<li class=${e} aria-current=${e===`now`?`step`:r}>
${i(n[e])} <span>${a}</span>
</li>`)}
 </ol>
${e.open?g:r} ${h(o.extended,u)} ${h(o.statement,p)} ${h(o.asked,d)}
 ${h(o.replied,f)}
 ${e.open?r:g}
 ${_?this.#l(e,_):t`<div class="buttons">
${e.can.map(({act:n,title:r})=>t`<button
 class=${n===`reply`?`solid`:``}
 data-act="${n} ${s}"
 aria-describedby=${s}
 @click=${()=>this.#u(e,n)}
 >${r}</button>`)}
 </div>`}
 </li>`}#l(e,{act:n,title:r,text:i}){let{html:o,nothing:s}=this.kit,c=a(n);return o`<div class="act" role="group" aria-label=${r}>
<p id="act">${i}</p>
${c?o`<textarea
 rows="4"
 aria-label=${r}
 aria-describedby="act"
 maxlength=${t}
 .value=${this.#r}
 @input=${e=>this.#r=e.target.value}
 ></textarea>`:s}
 <div class="buttons">
<button class="solid" aria-describedby="act" @click=${()=>void this.#f(e,n)}>${c?this.#o.send:r}</button>
<button @click=${()=>this.#d(e,n)}>${this.chat.talk.texts.drop}</button>
</div>
</div>`}#u(e,t){this.#n={number:e.number,act:t},this.#r=t===`add`?e[e.adds]??``:``,this.#i=``,this.#s(`.act textarea`,`.act .solid`)}#d({number:e},t){this.#n=null,this.#s(`[data-act="${t} ${e}"]`)}async#f({number:e},t){let n=this.#r.trim();if(this.#a||a(t)&&!n)return;this.#a=!0;let{talk:r}=this.chat;try{t===`withdraw`?await r.withdrawAppeal(e).then(e=>e||Promise.reject(Error())):t===`escalate`?await r.reach(`POST`,`appeals/${e}/escalate`):await r.reach(`POST`,`appeals/${e}/statement`,{text:n}),this.#n=null,this.#i=this.#o[t],await this.load(),this.#s(`#${e}`)}catch(e){this.#i=e.detail||r.texts.failed,this.#s()}finally{this.#a=!1}}};function a(e){return e===`add`||e===`reply`}var o=`.said{color:var(--accent);font-weight:600}.said:empty{display:none}ol+.small{margin-top:16px}.case h4{margin:0}.case>*+*,.act>*+*,.choice+.choice{margin-top:12px}.steps li{color:var(--soft-ink);gap:10px;margin:0;padding-bottom:10px;display:flex;position:relative}.steps li:last-child{padding-bottom:0}.steps li:not(:last-child):before{content:"";border-left:2px solid var(--edge);position:absolute;top:26px;bottom:-2px;left:9px}.steps svg{margin-top:2px}.steps .done svg{color:var(--accent)}.steps .now{color:var(--ink);font-weight:600}.part{border-left:3px solid var(--line);padding-left:12px}.case .part p+p{margin-top:4px}.act{border-top:1px solid var(--edge);padding-top:12px}dialog textarea,dialog input[type=email]{width:100%;font:inherit;color:inherit;background:var(--surface);border:1px solid var(--edge);border-radius:10px;padding:8px 10px}dialog textarea:focus-visible{outline:3px solid var(--accent)!important}.case button:not(.solid,:hover){background:var(--surface)}.choice .small{margin:2px 0 0 36px}.mail{gap:8px;display:flex}`;async function s(e,t,n){t.body=c(await e.talk.reach(`GET`,`privacy`),e,t,n),e.update()}function c(t,n,r,i){let{talk:a}=n,{language:o}=a,{html:s,nothing:c,paragraphs:d,fill:f,statement:p}=i,m=e[o],h=(e,t)=>e.length?s`<ul>${e.map(e=>s`<li>${e}</li>`)}</ul>`:s`<p>${t}</p>`,{consented_at:g,policy:_}=t;return s`
 ${t.notice.map(d)}
 <h4>${m.employer}</h4>
${h(t.employer_sees.map(e=>`${e.question} (${[e.state,e.result].filter(Boolean).join(`, `)})`),m.employerNothing)}
 <h4>${m.looks}</h4>
${h(t.looks.map(e=>[`${e.who}, ${e.when}`,e.question].filter(Boolean).join(`: `)),m.looksNone)}
 ${g?s`<h4>${m.choices}</h4>
${l(n,i,`choices/by-person`,t.by_person,m.byPerson,m.byPersonMeans)}
 ${t.optional.map(({key:e,text:t,allowed:r})=>l(n,i,`consent/${e}`,r,t))}
 ${t.contact===void 0?c:u(t.contact,n,r,i)}`:c}
 <h4>${a.texts.privacy}</h4>
${g?s`<p>${f(m.consented,{date:g,policy:_},o)}</p>`:c}
 <p>${t.complaint}</p>
<p>${p(a,t.page)}</p>
`}function l(e,{html:t,nothing:n},r,i,a,o=``){return t`<div class="choice">
<label class="allow">
<input type="checkbox" .checked=${i} aria-describedby=${o?r:n} @change=${async({target:t})=>{let n=t;try{await e.talk.reach(n.checked?`PUT`:`DELETE`,r)}catch{n.checked=!n.checked,d(n,e.talk.texts.failed)}}} />
<span>${a}</span>
</label>
${o?t`<p class="small" id=${r}>${o}</p>`:n}
 </div>`}function u(t,n,r,i){let{html:a,fill:o}=i,{talk:c}=n,l=e[c.language],u=async(e,t,a)=>{try{await c.reach(e,`contact`,a),await s(n,r,i),n.focusOn(`#mail`)}catch(e){d(t,e.detail||c.texts.failed)}};return a`<h4 id="mail" tabindex="-1">${l.contact}</h4>
${t?a`<p>${o(l.contactKnown,{address:t},c.language)}</p>
<div class="buttons">
<button @click=${e=>void u(`DELETE`,e.target)}>${l.remove}</button>
</div>`:a`<p class="small" id="mail-means">${l.contactMeans}</p>
<label for="email">${l.email}</label>
<div class="mail">
<input id="email" type="email" required maxlength="254" autocomplete="email" aria-describedby="mail-means" />
<button @click=${e=>{let t=e.target.parentElement?.querySelector(`input`);t?.reportValidity()&&u(`PUT`,t,{email:t.value.trim()})}}>${l.save}</button>
</div>`}`}function d(e,t){(e instanceof HTMLInputElement||e instanceof HTMLButtonElement)&&(e.setCustomValidity(t),e.reportValidity(),e.setCustomValidity(``))}var f=new CSSStyleSheet;f.replaceSync(o);var p={privacy:s,appeals:r};export{p as open,f as sheet};